package dev.nullbox.cage.guest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.cage.jail.Secret;
import dev.nullbox.cage.log.LogStream;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The listener of a run, against guests that keep to the protocol and guests that do not. */
class GuestServerTest {
    private static final Duration LONG = Duration.ofSeconds(20);

    @TempDir
    Path base;

    private final BlockingQueue<String> seen = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> raw = new LinkedBlockingQueue<>();
    private final byte[] secret = "s3cr3t".getBytes(StandardCharsets.US_ASCII);
    private final List<FrameChannel> open = new ArrayList<>();
    private GuestServer server;

    /** Notes all, one line each. */
    private final class Notes extends IdleListener {
        @Override
        public void configured() {
            seen.add("configured");
        }

        @Override
        public void repairing() {
            seen.add("repairing");
        }

        @Override
        public void output(LogStream stream, byte[] bytes) {
            raw.add(stream.key() + " " + HexFormat.of().formatHex(bytes));
        }

        @Override
        public void line(String line) {
            seen.add("line " + line);
        }

        @Override
        public void started() {
            seen.add("started");
        }

        @Override
        public void ended(GuestEnd end) {
            seen.add("ended " + end.how() + " " + end.code() + " " + end.text());
        }

        @Override
        public void closed() {
            seen.add("closed");
        }

        @Override
        public void gone() {
            seen.add("gone");
        }

        @Override
        public void notSetUp(String why) {
            seen.add("not set up " + why);
        }

        @Override
        public void silent(String why) {
            seen.add("silent " + why);
        }

        @Override
        public void broken(String why) {
            seen.add("broken " + why);
        }

        @Override
        public void strayed(String why) {
            seen.add("strayed " + why);
        }
    }

    @BeforeEach
    void listen() throws IOException {
        server = GuestServer.open(
                Natives.libc(),
                base.resolve("guest"),
                Natives.libc().getuid(),
                new GuestConfiguration(
                        FakeGuest.setup(),
                        List.of("/bin/a", "--", ""),
                        List.of("A=ü"),
                        List.of(new Secret("PASS", secret))),
                new RunStreams(Optional.empty()),
                new Notes());
    }

    @AfterEach
    void close() throws IOException {
        for (FrameChannel channel : open) {
            channel.close();
        }
        server.close();
    }

    private String next() throws InterruptedException {
        String line = seen.poll(20, TimeUnit.SECONDS);
        return line == null ? "nothing" : line;
    }

    private FrameChannel connect() throws IOException {
        FrameChannel channel = new FrameChannel(SocketChannel.open(
                UnixDomainSocketAddress.of(base.resolve("guest").resolve(GuestServer.SOCKET))));
        open.add(channel);
        return channel;
    }

    private static void hello(FrameChannel channel, long version, long role) throws IOException {
        channel.write(helloFrame(version, role));
    }

    private static Frame helloFrame(long version, long role) {
        return new GuestCall(
                        GuestOp.HELLO,
                        1,
                        new GuestCall.Fields().add(GuestTag.VERSION, version).add(GuestTag.ROLE, role))
                .frame(FrameKind.CALL);
    }

    private FrameChannel dial(GuestRole role) throws IOException {
        FrameChannel channel = connect();
        hello(channel, GuestProtocol.PROTOCOL_VERSION, role.number());
        GuestCall answer = GuestCall.parse(channel.read(LONG).payload());
        assertThat(answer.op()).isEqualTo(GuestOp.HELLO);
        assertThat(answer.id()).isEqualTo(1);
        return channel;
    }

    private static Frame exit(GuestHow how, long code, String text) {
        return new Frame(
                FrameKind.EXIT,
                new GuestCall.Fields()
                        .add(GuestTag.HOW, how.number())
                        .add(GuestTag.CODE, code)
                        .add(GuestTag.TEXT, text)
                        .encode());
    }

    @Test
    void aConfigurationComesWholeAndItsSecretsAreWiped() throws Exception {
        FrameChannel channel = dial(GuestRole.CONFIG);
        List<String> got = new ArrayList<>();
        for (Frame frame = channel.read(LONG); frame.kind() != FrameKind.END; frame = channel.read(LONG)) {
            GuestCall call = GuestCall.parse(frame.payload());
            String text = call.fields().text(GuestTag.TEXT).or(() -> data(call)).orElse("");
            got.add(call.op() + " " + text);
        }
        channel.write(GuestCall.of(GuestOp.GO, 0).frame(FrameKind.ANSWER));
        assertThat(got).containsExactly("SETUP ", "WORD /bin/a", "WORD --", "WORD ", "ENV A=ü", "SECRET s3cr3t");
        assertThat(next()).isEqualTo("configured");
        assertThat(secret).containsOnly(0);
    }

    private static Optional<String> data(GuestCall call) {
        try {
            return call.fields().text(GuestTag.DATA);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aConfigurationThatIsRefusedEndsTheRun() throws Exception {
        FrameChannel channel = dial(GuestRole.CONFIG);
        while (channel.read(LONG).kind() != FrameKind.END) {
            // all of it comes before the answer
        }
        GuestCall refusal = GuestCall.of(GuestOp.GO, 0);
        refusal.fields().add(GuestTag.ERROR, "no such user: \u001bx");
        channel.write(refusal.frame(FrameKind.ANSWER));
        assertThat(next()).isEqualTo("configured");
        assertThat(next()).startsWith("not set up no such user").doesNotContain("\u001b");
    }

    @Test
    void secretsThatAreNeverSentAreWipedAtTheEnd() throws Exception {
        server.close();
        assertThat(secret).containsOnly(0);
    }

    /** Each disk that is written to may be repaired twice; a guest that goes on so would never be late. */
    @Test
    void aGuestThatRepairsForEverIsBroken() throws Exception {
        FrameChannel control = dial(GuestRole.INIT);
        for (int i = 0; i < 4; i++) {
            control.write(GuestCall.of(GuestOp.REPAIR, 0).frame(FrameKind.CALL));
            assertThat(next()).isEqualTo("repairing");
        }
        control.write(GuestCall.of(GuestOp.REPAIR, 0).frame(FrameKind.CALL));
        assertThat(next()).isEqualTo("broken the guest sent an unexpected CALL REPAIR");
    }

    @Test
    void aLifeIsToldFromStartToEnd() throws Exception {
        FrameChannel control = dial(GuestRole.INIT);
        control.write(GuestCall.of(GuestOp.HEARTBEAT, 0).frame(FrameKind.CALL));
        control.write(GuestCall.of(GuestOp.STARTED, 0).frame(FrameKind.CALL));
        assertThat(next()).isEqualTo("started");
        FrameChannel output = dial(GuestRole.OUTPUT);
        output.write(FrameKind.STDOUT, "one\ntw".getBytes(StandardCharsets.UTF_8));
        output.write(FrameKind.STDERR, "error\n".getBytes(StandardCharsets.UTF_8));
        output.write(FrameKind.STDOUT, "o".getBytes(StandardCharsets.UTF_8));
        output.write(FrameKind.END, new byte[0]);
        assertThat(List.of(next(), next(), next())).containsExactly("line one", "line error", "line two");
        assertThat(raw).containsExactly("stdout 6f6e650a7477", "stderr 6572726f720a", "stdout 6f");
        control.write(exit(GuestHow.EXITED, 70, ""));
        assertThat(next()).isEqualTo("ended EXITED 70 ");
        assertThat(next()).isEqualTo("closed");
        assertThatThrownBy(() -> control.read(LONG)).hasMessageContaining("closed the connection");
    }

    @Test
    void aCommandIsAnsweredOrFails() throws Exception {
        assertThatThrownBy(() -> server.init().wipe("PASS")).hasMessage("the guest is not up yet");
        FrameChannel control = dial(GuestRole.INIT);
        Thread guest = new Thread(() -> {
            try {
                for (int i = 0; i < 3; i++) {
                    GuestCall call = GuestCall.parse(control.read(LONG).payload());
                    GuestCall answer = GuestCall.of(call.op(), call.id());
                    if (i > 0) {
                        answer.fields().add(GuestTag.ERROR, "no " + i);
                    }
                    control.write(answer.frame(FrameKind.ANSWER));
                }
            } catch (IOException e) {
                throw new AssertionError(e);
            }
        });
        guest.start();
        awaitUp();
        server.init().wipe("PASS");
        assertThatThrownBy(() -> server.init().wipe("PASS")).hasMessage("the guest refused WIPE: no 1");
        assertThat(server.init().checkHttp(80, "/", Duration.ofSeconds(5))).contains("no 2");
        guest.join();
        control.close();
        assertThat(next()).isEqualTo("gone");
        assertThatThrownBy(() -> server.init().wipe("PASS")).isInstanceOf(IOException.class);
    }

    @Test
    void aSignalIsAFrameWithItsNumber() throws Exception {
        assertThatThrownBy(() -> server.init().signal(10)).hasMessage("the guest is not up yet");
        FrameChannel control = dial(GuestRole.INIT);
        awaitUp();
        server.init().signal(10);
        Frame frame = control.read(LONG);
        assertThat(frame.kind()).isEqualTo(FrameKind.SIGNAL);
        assertThat(frame.payload()).containsExactly(0, 0, 0, 10);
    }

    private void awaitUp() throws InterruptedException {
        long end = System.nanoTime() + LONG.toNanos();
        while (!server.isUp() && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(5);
        }
        assertThat(server.isUp()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"version", "role", "again", "uninvited"})
    void malformedHelloEndsTheRun(String fault) throws Exception {
        switch (fault) {
            case "version" -> hello(connect(), 2, 1);
            case "role" -> hello(connect(), GuestProtocol.PROTOCOL_VERSION, 99);
            case "again" -> {
                dial(GuestRole.CONFIG);
                seen.clear();
                hello(connect(), GuestProtocol.PROTOCOL_VERSION, GuestRole.CONFIG.number());
            }
            default -> dial(GuestRole.STREAM);
        }
        String line = next();
        while (line.equals("configured")) {
            line = next();
        }
        assertThat(line)
                .startsWith("broken the guest ")
                .containsAnyOf("version 2", "purpose, 99", "a second connection", "was not requested");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "00000000 00",
                "00000000 0b",
                "7fffffff 01",
                "00040001 01",
                "ffffffff 01",
                "00000001 01 01",
                "00000005 01 63 00000000",
                "00000006 01 01 00000000 01",
                "0000000a 01 01 00000000 01 7fffffff",
                "0000000a 01 01 00000000 ff 00000000",
            })
    void malformedFrameOrCallEndsTheRun(String hex) throws Exception {
        try (SocketChannel raw = raw()) {
            Frame hello = helloFrame(GuestProtocol.PROTOCOL_VERSION, GuestRole.INIT.number());
            raw.write(hello.header().encode());
            raw.write(ByteBuffer.wrap(hello.payload()));
            raw.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
            assertThat(next()).startsWith("broken the other side ");
        }
    }

    private SocketChannel raw() throws IOException {
        return SocketChannel.open(
                UnixDomainSocketAddress.of(base.resolve("guest").resolve(GuestServer.SOCKET)));
    }

    /** Any process of the guest can dial: what does not begin with a hello is closed, and the run goes on. */
    @ParameterizedTest
    @ValueSource(strings = {"7fffffff 01", "00000001 01 01", "00000001 04 01", "474554202f", ""})
    void connectionWithoutHelloIsClosedAlone(String hex) throws Exception {
        FrameChannel control = dial(GuestRole.INIT);
        try (SocketChannel raw = raw()) {
            raw.write(ByteBuffer.wrap(HexFormat.of().parseHex(hex.replace(" ", ""))));
            raw.shutdownOutput();
            assertThat(next()).startsWith("strayed the ");
            assertThat(raw.read(ByteBuffer.allocate(1))).isEqualTo(-1);
        }
        control.write(GuestCall.of(GuestOp.STARTED, 0).frame(FrameKind.CALL));
        assertThat(next()).isEqualTo("started");
    }

    /** Whatever comes: no bug, no crash, an end in bounded time. Seeded, so that a failure comes again. */
    @Test
    void noiseNeverIsABug() throws Exception {
        Random random = new Random(1);
        for (int i = 0; i < 300; i++) {
            byte[] noise = new byte[random.nextInt(40)];
            random.nextBytes(noise);
            try {
                GuestCall call = GuestCall.parse(noise);
                assertThat(GuestCall.parse(call.frame(FrameKind.CALL).payload()).op())
                        .isEqualTo(call.op());
            } catch (IOException e) {
                assertThat(e).hasMessageStartingWith("the other side");
            }
            try {
                assertThat(GuestEnd.parse(noise)).isNotNull();
            } catch (IOException e) {
                assertThat(e).hasMessageMatching("(?s)the (guest|other side).*");
            }
        }
    }

    @Test
    void aFloodOfConnectionsEndsTheRun() throws Exception {
        for (int i = 0; i < GuestServer.MAX_CONNECTIONS + 4; i++) {
            connect();
        }
        assertThat(next()).contains("more than " + GuestServer.MAX_CONNECTIONS + " connections at once");
    }
}
