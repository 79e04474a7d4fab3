package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestRoot;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Stands for a VMM with its guest: arrives at the socket as libkrun's vsock does and speaks the protocol; a bash script is
 * its agent. Secrets go into the script's environment as {@code SECRET_NAME}. Arguments: the socket, the script, and how
 * many health checks are good. A terminal is pipes to it, and its sizes are told as output.
 */
public final class FakeGuest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final UnixDomainSocketAddress socket;
    private final int goodChecks;
    private final Map<String, String> environment = new TreeMap<>();
    private final FrameChannel control;
    private final FrameChannel output;
    private final List<String> words = new ArrayList<>();
    private final Semaphore window = new Semaphore(GuestProtocol.STREAM_WINDOW);
    private boolean hasStreams;
    private boolean isLast;
    private int checks;

    private FakeGuest(Path socket, int goodChecks) throws IOException {
        this.socket = UnixDomainSocketAddress.of(socket);
        this.goodChecks = goodChecks;
        this.control = dial(this.socket, GuestRole.INIT);
        this.output = dial(this.socket, GuestRole.OUTPUT);
    }

    public static void main(String[] args) throws Exception {
        new FakeGuest(Path.of(args[0]), args.length > 2 ? Integer.parseInt(args[2]) : Integer.MAX_VALUE).run(args[1]);
    }

    /** Settings of a guest with one disk and the defaults of a manifest. */
    static GuestConfiguration.Setup setup() {
        return new GuestConfiguration.Setup(
                "agent",
                "10.221.1.2",
                30,
                "10.221.1.1",
                1500,
                List.of("root"),
                4_096,
                "",
                "",
                GuestRoot.EPHEMERAL,
                List.of(),
                List.of(),
                "0".repeat(32),
                10_000,
                true,
                false,
                Optional.empty());
    }

    private static FrameChannel dial(UnixDomainSocketAddress socket, GuestRole role) throws IOException {
        FrameChannel channel = new FrameChannel(SocketChannel.open(socket));
        send(
                channel,
                GuestOp.HELLO,
                new GuestCall.Fields()
                        .add(GuestTag.VERSION, GuestProtocol.PROTOCOL_VERSION)
                        .add(GuestTag.ROLE, role.number()));
        GuestCall answer = GuestCall.parse(channel.read(LONG).payload());
        if (answer.op() != GuestOp.HELLO) {
            throw new IOException("no hello but " + answer.op());
        }
        return channel;
    }

    private static void send(FrameChannel channel, GuestOp op, GuestCall.Fields fields) throws IOException {
        channel.write(new GuestCall(op, 0, fields).frame(FrameKind.CALL));
    }

    private void run(String script) throws Exception {
        configure();
        List<String> command = new ArrayList<>(List.of("bash", "-c", script));
        command.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(!hasStreams);
        if (!hasStreams) {
            builder.redirectInput(ProcessBuilder.Redirect.INHERIT);
        }
        builder.environment().putAll(environment);
        Process agent = builder.start();
        send(control, GuestOp.STARTED, new GuestCall.Fields());
        daemon(() -> sendHeartbeats());
        daemon(() -> serve(agent));
        if (hasStreams) {
            daemon(() -> takeInput(agent.getOutputStream()));
            Thread errors = new Thread(() -> passWindowed(FrameKind.STDERR, agent.getErrorStream()));
            errors.start();
            passWindowed(FrameKind.STDOUT, agent.getInputStream());
            errors.join();
        } else {
            pass(agent.getInputStream());
        }
        sendLast();
        int code = agent.waitFor();
        boolean isSignal = code > 128;
        GuestCall.Fields end = new GuestCall.Fields()
                .add(GuestTag.HOW, (isSignal ? GuestHow.SIGNALLED : GuestHow.EXITED).number())
                .add(GuestTag.CODE, isSignal ? code - 128 : code);
        control.write(FrameKind.EXIT, end.encode());
        System.exit(0);
    }

    private static void daemon(IoTask task) {
        Thread thread = new Thread(() -> {
            try {
                task.run();
            } catch (EOFException e) {
                System.exit(0);
            } catch (IOException | InterruptedException e) {
                e.printStackTrace();
                System.exit(1);
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    /** A loop of its own. */
    @FunctionalInterface
    private interface IoTask {
        void run() throws IOException, InterruptedException;
    }

    private void configure() throws IOException {
        try (FrameChannel channel = dial(socket, GuestRole.CONFIG)) {
            for (Frame frame = channel.read(LONG); frame.kind() != FrameKind.END; frame = channel.read(LONG)) {
                GuestCall call = GuestCall.parse(frame.payload());
                switch (call.op()) {
                    case SECRET ->
                        environment.put(
                                "SECRET_" + call.fields().text(GuestTag.NAME).orElseThrow(),
                                call.fields().text(GuestTag.DATA).orElseThrow());
                    case ENV -> {
                        String[] parts =
                                call.fields().text(GuestTag.TEXT).orElseThrow().split("=", 2);
                        environment.put("GUEST_" + parts[0], parts[1]);
                    }
                    case SETUP -> {
                        hasStreams = call.fields().number(GuestTag.STREAMS) == 1;
                        if (call.fields().has(GuestTag.TERMINAL)) {
                            environment.put(
                                    "GUEST_TERMINAL",
                                    call.fields().number(GuestTag.ROWS) + "x"
                                            + call.fields().number(GuestTag.COLUMNS));
                        }
                    }
                    case WORD -> words.add(call.fields().text(GuestTag.TEXT).orElseThrow());
                    default -> {}
                }
            }
            channel.write(GuestCall.of(GuestOp.GO, 0).frame(FrameKind.ANSWER));
        }
    }

    private void sendHeartbeats() throws IOException, InterruptedException {
        while (true) {
            send(control, GuestOp.HEARTBEAT, new GuestCall.Fields());
            TimeUnit.SECONDS.sleep(2);
        }
    }

    private void serve(Process agent) throws IOException {
        while (true) {
            GuestCall call = GuestCall.parse(control.read(LONG.multipliedBy(60)).payload());
            GuestCall answer = GuestCall.of(call.op(), call.id());
            switch (call.op()) {
                case WIPE -> say("wiped " + call.fields().text(GuestTag.NAME).orElseThrow());
                case STOP -> kill(agent, call.fields().number(GuestTag.SIGNAL));
                case CHECK -> {
                    checks++;
                    say("check " + checks + " of " + call.fields().number(GuestTag.PORT)
                            + call.fields().text(GuestTag.PATH).orElse(""));
                    if (checks > goodChecks) {
                        answer.fields().add(GuestTag.ERROR, "answered HTTP/1.1 500 Ill");
                    }
                }
                default -> answer.fields().add(GuestTag.ERROR, "a fake guest does not know " + call.op());
            }
            control.write(answer.frame(FrameKind.ANSWER));
        }
    }

    private static void kill(Process agent, long signal) throws IOException {
        List<String> command = new ArrayList<>(List.of("kill", "-" + signal, Long.toString(agent.pid())));
        new ProcessBuilder(command).inheritIO().start();
    }

    private void say(String line) throws IOException {
        output.write(FrameKind.STDOUT, (line + "\n").getBytes(StandardCharsets.UTF_8));
    }

    private void pass(InputStream lines) throws IOException {
        byte[] buffer = new byte[8192];
        for (int count = lines.read(buffer); count >= 0; count = lines.read(buffer)) {
            output.write(FrameKind.STDOUT, Arrays.copyOf(buffer, count));
        }
    }

    /** Sends a stream within the window of both. */
    private void passWindowed(FrameKind kind, InputStream from) {
        byte[] buffer = new byte[8192];
        try {
            for (int count = from.read(buffer); count >= 0; count = from.read(buffer)) {
                window.acquireUninterruptibly(count);
                output.write(kind, Arrays.copyOf(buffer, count));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Reads the host's frames at all times: a program that does not read its input must not hold credit up. */
    private void takeInput(OutputStream to) throws IOException {
        BlockingQueue<Frame> input = new LinkedBlockingQueue<>();
        daemon(() -> feed(input, to));
        while (true) {
            Frame frame = output.read(LONG.multipliedBy(60));
            switch (frame.kind()) {
                case STDIN, END -> input.add(frame);
                case CREDIT -> window.release(frame.number());
                case RESIZE -> {
                    ByteBuffer size = ByteBuffer.wrap(frame.payload());
                    byte[] line = ("size " + size.getShort() + "x" + size.getShort() + "\n")
                            .getBytes(StandardCharsets.US_ASCII);
                    window.acquireUninterruptibly(line.length);
                    output.write(FrameKind.STDOUT, line);
                }
                default -> throw new IOException("the host sent " + frame + " among a program's streams");
            }
        }
    }

    private synchronized void sendLast() throws IOException {
        isLast = true;
        output.write(FrameKind.END, new byte[0]);
    }

    /** Nothing comes after the end of the output. */
    private synchronized void sendCredit(int bytes) throws IOException {
        if (!isLast) {
            output.write(Frame.of(FrameKind.CREDIT, bytes));
        }
    }

    private void feed(BlockingQueue<Frame> input, OutputStream to) throws IOException, InterruptedException {
        for (Frame frame = input.take(); frame.kind() == FrameKind.STDIN; frame = input.take()) {
            to.write(frame.payload());
            to.flush();
            sendCredit(frame.payload().length);
        }
        to.close();
    }
}
