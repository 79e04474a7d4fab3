package dev.nullbox.cage.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.nullbox.cage.exec.ExecMethods;
import dev.nullbox.cage.exec.ExecSessions;
import dev.nullbox.cage.exec.FileGuests;
import dev.nullbox.cage.exec.RunningAgent;
import dev.nullbox.guest.Entrance;
import dev.nullbox.guest.ToolServer;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Sockets;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestCopy;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestTag;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Operator;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Programs beside an agent: the host's listener and the guest's own tools, with a Unix socket in place of vsock, and a
 * script in place of the init's {@code enter}.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class ExecTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private final BlockingQueue<String> broken = new LinkedBlockingQueue<>();
    private final BlockingQueue<Integer> signals = new LinkedBlockingQueue<>();
    private GuestServer server;
    private FrameChannel init;
    private Path socket;
    private String toolsToken = "";

    private final class Notes extends IdleListener {
        @Override
        public void broken(String why) {
            broken.add(why);
        }
    }

    @BeforeEach
    void boot() throws Exception {
        server = GuestServer.open(
                libc,
                base.resolve("guest"),
                libc.getuid(),
                new GuestConfiguration(FakeGuest.setup(), List.of(), List.of(), List.of()),
                new RunStreams(Optional.empty()),
                new Notes());
        socket = base.resolve("guest").resolve(GuestServer.SOCKET);
        Files.writeString(base.resolve("user"), "somebody");
        // The world whose terminals are used is this process's own.
        Files.writeString(base.resolve("world"), ProcessHandle.current().pid() + "\n");
        Files.writeString(base.resolve("environment"), "OWN=agent's\0CHANGED=no\0");
        Path enter = Files.writeString(base.resolve("enter"), """
                #!/bin/bash
                if [ "$1" = --terminal ]; then shift; set -- "$1" "$2" -- setsid -cw "${@:4}"; fi
                [ "$1" != nobody-here ] || { echo "no user $1" >&2; exit 125; }
                export USER=$1; cd "$2" && shift 3 && exec "$@"
                """);
        Path copier = Files.writeString(base.resolve("copier"), """
                #!/bin/bash
                echo "$# $1 $2 $3 $OWN"; cat
                """);
        for (Path script : List.of(enter, copier)) {
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        init = new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(socket)));
        init.write(new GuestCall(
                        GuestOp.HELLO,
                        1,
                        new GuestCall.Fields()
                                .add(GuestTag.VERSION, GuestProtocol.PROTOCOL_VERSION)
                                .add(GuestTag.ROLE, GuestRole.INIT.number()))
                .frame(FrameKind.CALL));
        init.read(LONG);
        thread(this::serveInit);
        while (!server.isUp()) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
    }

    @AfterEach
    void end() throws IOException {
        server.close();
        init.close();
    }

    private static void thread(Runnable task) {
        Thread.ofPlatform().daemon().start(task);
    }

    private void serveInit() {
        try {
            while (true) {
                Frame frame = init.read(LONG);
                if (frame.kind() == FrameKind.SIGNAL) {
                    signals.add(frame.number());
                    continue;
                }
                GuestCall call = GuestCall.parse(frame.payload());
                toolsToken = call.fields().text(GuestTag.TOKEN).orElse("");
                thread(this::tools);
                init.write(GuestCall.of(call.op(), call.id()).frame(FrameKind.ANSWER));
            }
        } catch (IOException e) {
            // The test is over.
        }
    }

    private void tools() {
        try {
            new ToolServer(
                            libc,
                            () -> {
                                int fd = libc.socket(Sockets.AF_UNIX, Sockets.SOCK_STREAM | Sockets.SOCK_CLOEXEC, 0)
                                        .orThrow("socket");
                                byte[] path = socket.toString().getBytes(StandardCharsets.UTF_8);
                                libc.connect(
                                                fd,
                                                ByteBuffer.allocate(2 + path.length + 1)
                                                        .order(ByteOrder.nativeOrder())
                                                        .putShort((short) Sockets.AF_UNIX)
                                                        .put(path)
                                                        .array())
                                        .orThrow("connect");
                                return fd;
                            },
                            new Entrance(
                                    List.of(base.resolve("enter").toString()),
                                    List.of(base.resolve("copier").toString()),
                                    base,
                                    Path.of("/agent")))
                    .serve(toolsToken);
        } catch (IOException e) {
            // The test is over.
        }
    }

    private ExecSession bash(String script) throws IOException {
        return server.run(
                new ExecRequest(List.of("bash", "-c", script), List.of("CHANGED=yes"), "", "", Optional.empty()));
    }

    /** Output and end of a program. */
    @SuppressWarnings("ArrayRecordComponent") // what a test looks at, never compared
    private record All(byte[] out, String err, GuestEnd end) {
        String text() {
            return new String(out, StandardCharsets.UTF_8);
        }
    }

    private static All readAll(ExecSession session) throws Exception {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        while (true) {
            ProgramSession.Output output = session.read(Duration.ofSeconds(5));
            output.chunks().forEach(chunk -> (chunk.isError() ? err : out).writeBytes(chunk.data()));
            assertThat(output.lost()).isEmpty();
            if (output.end().isPresent()) {
                return new All(
                        out.toByteArray(),
                        err.toString(StandardCharsets.UTF_8),
                        output.end().get());
            }
        }
    }

    @Test
    void outputErrorsAndCodeComeApart() throws Exception {
        All all = readAll(bash("echo out; echo err >&2; echo $OWN $CHANGED $USER $PWD; exit 7"));
        assertThat(all.text()).isEqualTo("out\nagent's yes somebody /\n");
        assertThat(all.err()).isEqualTo("err\n");
        assertThat(all.end()).isEqualTo(new GuestEnd(GuestHow.EXITED, 7, ""));
        assertThat(readAll(bash("exit 0")).end().code()).isZero();
    }

    @Test
    void tenMegabytesGoThroughAProgram() throws Exception {
        byte[] data = new byte[10 << 20];
        new Random(1).nextBytes(data);
        ExecSession session = bash("cat");
        Thread writer = Thread.ofPlatform().start(() -> {
            try {
                int at = 0;
                while (at < data.length) {
                    byte[] piece = Arrays.copyOfRange(data, at, Math.min(data.length, at + 100_000));
                    at += session.write(piece, false, LONG);
                }
                assertThat(session.write(new byte[0], true, LONG)).isZero();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        });
        All all = readAll(session);
        writer.join();
        assertThat(all.end().code()).isZero();
        assertThat(Arrays.equals(all.out(), data)).isTrue();
    }

    private ExecSession atTerminal(String script) throws IOException {
        return server.run(new ExecRequest(
                List.of("bash", "-c", script), List.of(), "", "", Optional.of(new ExecRequest.Window(33, 111))));
    }

    @Test
    void aTerminalHasASizeAndOneOutput() throws Exception {
        All all = readAll(atTerminal("tty >/dev/null && stty size; echo err >&2; exit 4"));
        assertThat(all.text()).isEqualTo("33 111\r\nerr\r\n");
        assertThat(all.err()).isEmpty();
        assertThat(all.end().code()).isEqualTo(4);
    }

    @Test
    void aTerminalTakesKeysAndOtherSizes() throws Exception {
        ExecSession session = atTerminal("trap 'stty size' WINCH; echo ready; while ! read -t 5 line; do :; done;"
                + " echo got $line; trap 'echo interrupted; exit 9' INT; echo waits; while :; do sleep 0.1; done");
        StringBuilder seen = new StringBuilder();
        readUntil(session, seen, "ready");
        session.resize(44, 122);
        readUntil(session, seen, "44 122");
        assertThat(session.write("keys\n".getBytes(StandardCharsets.UTF_8), false, LONG))
                .isEqualTo(5);
        readUntil(session, seen, "waits");
        assertThat(seen.toString()).contains("got keys");
        assertThat(session.write(new byte[] {3}, false, LONG)).isEqualTo(1);
        All rest = readAll(session);
        assertThat(rest.text()).contains("interrupted");
        assertThat(rest.end().code()).isEqualTo(9);
    }

    private static void readUntil(ExecSession session, StringBuilder seen, String word) throws Exception {
        while (seen.indexOf(word) < 0) {
            ProgramSession.Output output = session.read(Duration.ofSeconds(5));
            assertThat(output.end()).as(seen.toString()).isEmpty();
            output.chunks().forEach(chunk -> seen.append(new String(chunk.data(), StandardCharsets.UTF_8)));
        }
    }

    @Test
    void aSizeForAProgramWithoutATerminalEndsIt() throws Exception {
        ExecSession session = bash("sleep 60");
        session.resize(1, 1);
        ProgramSession.Output output = session.read(LONG);
        assertThat(output.end().map(GuestEnd::how)).as(output.lost()).isNotEqualTo(Optional.of(GuestHow.EXITED));
    }

    @Test
    void aProgramThatIsNotReadIsHeldUpAndLosesNothing() throws Exception {
        ExecSession session = bash("head -c 3000000 /dev/zero");
        TimeUnit.MILLISECONDS.sleep(500);
        assertThat(readAll(session).out()).hasSize(3_000_000);
    }

    @Test
    void inputThatNobodyReadsIsHeldBack() throws Exception {
        ExecSession session = bash("sleep 60");
        int taken = 0;
        int last = -1;
        while (last != 0) {
            last = session.write(new byte[100_000], false, Duration.ofMillis(300));
            taken += last;
        }
        assertThat(taken).isBetween(GuestProtocol.STREAM_WINDOW, GuestProtocol.STREAM_WINDOW + 300_000);
        session.signal(Signals.SIGTERM);
        assertThat(readAll(session).end()).isEqualTo(new GuestEnd(GuestHow.SIGNALLED, Signals.SIGTERM, ""));
    }

    @Test
    void missingCommandAndUserEndAsTheInitSays() throws Exception {
        All missing = readAll(server.run(
                new ExecRequest(List.of("bash", "-c", "no-such-command"), List.of(), "", "", Optional.empty())));
        assertThat(missing.end().code()).isEqualTo(127);
        All nobody =
                readAll(server.run(new ExecRequest(List.of("true"), List.of(), "nobody-here", "", Optional.empty())));
        assertThat(nobody.end().code()).isEqualTo(125);
        assertThat(nobody.err()).isEqualTo("no user nobody-here\n");
    }

    @Test
    void eightRunAtOnceAndAClosedOneIsKilled() throws Exception {
        List<ExecSession> sessions = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            sessions.add(bash("read line; echo ${line}" + i));
        }
        Path alive = base.resolve("alive");
        ExecSession closed = bash("echo $$ >" + alive + "; echo ready; exec sleep 60");
        assertThat(closed.read(LONG).chunks()).hasSize(1);
        for (int i = 0; i < 8; i++) {
            sessions.get(i).write("hi\n".getBytes(StandardCharsets.UTF_8), true, LONG);
            assertThat(readAll(sessions.get(i)).text()).isEqualTo("hi" + i + "\n");
        }
        closed.close();
        Path process = Path.of("/proc", Files.readString(alive).strip());
        for (int i = 0; i < 200 && Files.exists(process); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(process).doesNotExist();
        assertThat(closed.read(LONG).lost()).isEqualTo("it was closed");
        assertThat(broken).isEmpty();
    }

    @Test
    void aStreamWithoutItsTokenEndsTheRun() throws Exception {
        try (FrameChannel channel = new FrameChannel(SocketChannel.open(UnixDomainSocketAddress.of(socket)))) {
            channel.write(new GuestCall(
                            GuestOp.HELLO,
                            1,
                            new GuestCall.Fields()
                                    .add(GuestTag.VERSION, GuestProtocol.PROTOCOL_VERSION)
                                    .add(GuestTag.ROLE, GuestRole.STREAM.number())
                                    .add(GuestTag.TOKEN, "guessed"))
                    .frame(FrameKind.CALL));
            channel.read(LONG);
            assertThatThrownBy(() -> channel.read(LONG)).isInstanceOf(IOException.class);
        }
        // Told after the connection is closed.
        assertThat(broken.poll(LONG.toSeconds(), TimeUnit.SECONDS)).contains("that was not requested");
    }

    /** No variable of the agent's reaches a process outside of its world. */
    @Test
    void aCopyIsAProgramOfTheToolsOwn() throws Exception {
        ExecSession session = server.run(new CopyRequest("/\u00e9", List.of(GuestCopy.IN)));
        session.write("tar".getBytes(StandardCharsets.UTF_8), true, LONG);
        All all = readAll(session);
        assertThat(all.end()).isEqualTo(new GuestEnd(GuestHow.EXITED, 0, ""));
        assertThat(all.text()).isEqualTo("3 " + ProcessHandle.current().pid() + " 2fc3a9 in \ntar");
        assertThat(new CopyRequest("relative", List.of()).problem()).isPresent();
        assertThat(new CopyRequest("/a\0", List.of()).problem()).isPresent();
        assertThat(new CopyRequest("/", List.of()).problem()).isEmpty();
    }

    @Test
    void anOperatorsCopyIsAnEvent() throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        JsonObject request = new JsonObject();
        request.addProperty("agent", "hello");
        request.addProperty("guest_path", "/srv");
        request.addProperty("keep_owner", true);
        method(AgentContract.COPY_IN, new EventSink(told))
                .handle(new Caller("gateway", "gateway", Optional.of(new Operator("alice", "00"))), request);
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains("agent.copied", "\"direction\":\"in\"", "\"guest_path\":\"/srv\"", "\"client\":\"alice\"");
        request.addProperty("guest_path", "srv");
        assertThatThrownBy(() ->
                        method(AgentContract.COPY_IN, new EventSink(told)).handle(new Caller("root", "root"), request))
                .hasMessageContaining("absolute");
    }

    @Test
    void aConnectionGoesToThatPortAndEndsEachWay() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            thread(() -> {
                try (Socket peer = server.accept()) {
                    peer.getOutputStream().write(peer.getInputStream().readAllBytes());
                } catch (IOException e) {
                    throw new AssertionError(e);
                }
            });
            ExecSession session = this.server.run(new DialRequest(server.getLocalPort()));
            byte[] data = new byte[100_000];
            new Random(2).nextBytes(data);
            assertThat(session.write(data, false, LONG)).isEqualTo(data.length);
            assertThat(session.write(new byte[0], true, LONG)).isZero();
            All all = readAll(session);
            assertThat(all.end()).isEqualTo(new GuestEnd(GuestHow.EXITED, 0, ""));
            assertThat(Arrays.equals(all.out(), data)).isTrue();
        }
    }

    @Test
    void aConnectionToAClosedPortSaysSo() throws Exception {
        int port;
        try (ServerSocket closed = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = closed.getLocalPort();
        }
        All all = readAll(server.run(new DialRequest(port)));
        assertThat(all.end().how()).isEqualTo(GuestHow.SETUP);
        assertThat(all.end().text()).contains("connect to 127.0.0.1:" + port, "ECONNREFUSED");
        assertThat(broken).isEmpty();
    }

    @Test
    void anOperatorsConnectionIsAnEvent() throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        JsonObject request = new JsonObject();
        request.addProperty("agent", "hello");
        request.addProperty("port", 1);
        RpcMethod.Handler handler = method(AgentContract.AGENT_DIAL, new EventSink(told));
        handler.handle(new Caller("gateway", "gateway", Optional.of(new Operator("alice", "00"))), request);
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains("\"event\":\"agent.dialled\"", "\"port\":1", "\"client\":\"alice\"");
        request.addProperty("port", 0);
        assertThatThrownBy(() -> handler.handle(new Caller("root", "root"), request))
                .isInstanceOf(RpcException.class);
    }

    private RpcMethod.Handler signalMethod(EventSink events) {
        return method(AgentContract.AGENT_SIGNAL, events);
    }

    private RpcMethod.Handler method(Method<?> method, EventSink events) {
        RunningAgent hello = new RunningAgent("hello", server);
        return new ExecMethods(
                        _ -> hello,
                        (_, _, _) -> FileGuests.Opened.of(hello, Optional.empty()),
                        ExecSessions.start(),
                        events)
                .methods().stream()
                        .filter(offered -> offered.name().equals(method.name()))
                        .findFirst()
                        .orElseThrow()
                        .handler();
    }

    @Test
    void anOperatorsSignalGoesToTheInitAndIsAnEvent() throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        RpcMethod.Handler handler = signalMethod(new EventSink(told));
        Caller operator = new Caller("gateway", "gateway", Optional.of(new Operator("alice", "00")));
        handler.handle(operator, signal(Signals.SIGHUP));
        assertThat(signals.poll(LONG.toSeconds(), TimeUnit.SECONDS)).isEqualTo(Signals.SIGHUP);
        assertThat(told.toString(StandardCharsets.UTF_8))
                .contains(
                        "\"event\":\"agent.signalled\"", "\"agent\":\"hello\"", "\"signal\":1", "\"client\":\"alice\"");
        assertThatThrownBy(() -> handler.handle(operator, signal(65))).isInstanceOf(RpcException.class);
        assertThat(signals).isEmpty();
    }

    @Test
    void aSignalToAGuestThatIsGoneIsRefusedAndNoEvent() throws Exception {
        ByteArrayOutputStream told = new ByteArrayOutputStream();
        RpcMethod.Handler handler = signalMethod(new EventSink(told));
        server.close();
        assertThatThrownBy(() -> handler.handle(new Caller("root", "root"), signal(Signals.SIGHUP)))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining("its guest does not answer");
        assertThat(told.toString(StandardCharsets.UTF_8)).isEmpty();
    }

    private static JsonObject signal(int number) {
        JsonObject request = new JsonObject();
        request.addProperty("agent", "hello");
        request.addProperty("signal", number);
        return request;
    }

    @Test
    void requestsThatCannotBeUsedSayWhy() {
        assertThat(new ExecRequest(List.of(""), List.of(), "", "", Optional.empty()).problem())
                .hasValueSatisfying(why -> assertThat(why).contains("first word"));
        assertThat(new ExecRequest(List.of("a"), List.of("NAME"), "", "", Optional.empty()).problem())
                .hasValue("a variable is NAME=value");
        assertThat(new ExecRequest(List.of("a"), List.of(), "", "tmp", Optional.empty()).problem())
                .isPresent();
        assertThat(new ExecRequest(List.of("a", "b\0"), List.of(), "", "", Optional.empty()).problem())
                .isPresent();
        assertThat(new ExecRequest(
                                List.of("a", "b".repeat(130_000), "c".repeat(130_000), "d".repeat(9_000)),
                                List.of(),
                                "",
                                "",
                                Optional.empty())
                        .problem())
                .hasValueSatisfying(why -> assertThat(why).contains("together"));
        assertThat(new ExecRequest(List.of("a", "", "--"), List.of("A="), "u", "/", Optional.empty()).problem())
                .isEmpty();
    }
}
