package dev.nullbox.cage.guest;

import dev.nullbox.cage.log.LogStream;
import dev.nullbox.natives.Libc;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestOp;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestRole;
import dev.nullbox.protocol.guest.GuestTag;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.TerminalText;
import dev.nullbox.service.process.LineSplitter;
import java.io.EOFException;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Listener of one run, which its guest dials by way of libkrun's vsock. Made by the daemon in a directory that the VMM
 * sees read-only; the daemon never connects to a guest.
 */
public final class GuestServer implements AutoCloseable {
    /** The socket's name in its directory. */
    public static final String SOCKET = "guest.sock";

    private static final Duration HELLO_LIMIT = Duration.ofSeconds(10);
    /**
     * Longest repair of a disk by a guest's init: a run of e2fsck that changes nothing, then one that repairs
     * everything.
     */
    public static final Duration LONGEST_REPAIR = Duration.ofMinutes(60);
    /**
     * A dead guest is recognised by its heartbeat, and the deadline of a start ends before this one of a live guest
     * that is not done.
     */
    private static final Duration CONFIGURATION_LIMIT = LONGEST_REPAIR.multipliedBy(5);
    /** An agent may be silent without limit. */
    private static final Duration OUTPUT_LIMIT = Duration.ofDays(36_500);

    private static final int MAX_LINE_BYTES = 2048;
    /** The init's three, the tools' one, and programs', some of which end while others begin. */
    static final int MAX_CONNECTIONS = 4 + GuestProtocol.MAX_STREAMS + 32;

    private static final long NANOS_PER_SECOND = 1_000_000_000;

    /** Callbacks, each on a thread of its connection. */
    public interface Listener {
        /** The guest has its configuration, and the secrets with it. */
        void configured();

        /** The guest repairs a file system, for {@link #LONGEST_REPAIR} at most. */
        void repairing();

        /** Bytes of the agent's output as received, which are not changed any more; must not wait. */
        void output(LogStream stream, byte[] bytes);

        /** One line of the agent's output, escaped. */
        void line(String line);

        /** Tells whether a line would be shown, and not only counted. */
        boolean takesLines();

        /** So many lines of the agent's output were counted and not shown. */
        void skipped(long lines);

        /** The agent's program runs. */
        void started();

        /** The guest has reported the agent's end, and is about to end itself. */
        void ended(GuestEnd end);

        /** The guest has nothing more to send after its end; waits until its VMM has ended. */
        void closed();

        /** The guest's init could not make it ready, and it must be ended. */
        void notSetUp(String why);

        /** The guest sent nothing, or took nothing, for too long, and must be ended. */
        void silent(String why);

        /** The guest broke the protocol, and must be ended. */
        void broken(String why);

        /** A connection that was none of the init's or the tools' was closed; any process of the guest can make one. */
        void strayed(String why);

        /** The guest closed its control connection without a report of its end: it has died, or must. */
        void gone();
    }

    private final ServerSocketChannel server;
    private final Path socket;
    private final GuestConfiguration configuration;
    private final RunStreams streams;
    private final Listener listener;
    private final Semaphore free = new Semaphore(MAX_CONNECTIONS);
    private final Set<GuestRole> taken = EnumSet.noneOf(GuestRole.class);
    private final Set<FrameChannel> open = new HashSet<>();
    private final GuestTools tools = new GuestTools();
    private final CompletableFuture<GuestControl> control = new CompletableFuture<>();
    private boolean isClosed;

    private GuestServer(
            ServerSocketChannel server,
            Path socket,
            GuestConfiguration configuration,
            RunStreams streams,
            Listener listener) {
        this.server = server;
        this.socket = socket;
        this.configuration = configuration;
        this.streams = streams;
        this.listener = listener;
    }

    /**
     * Listens.
     *
     * @param directory created anew; no other user may enter it
     * @param gid the VMM's group, which may connect
     * @param streams takes the streams of the agent's program
     */
    public static GuestServer open(
            Libc libc, Path directory, int gid, GuestConfiguration configuration, RunStreams streams, Listener listener)
            throws IOException {
        Files.createDirectories(
                directory, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Path socket = directory.resolve(SOCKET);
        Files.deleteIfExists(socket);
        ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try {
            server.bind(UnixDomainSocketAddress.of(socket));
            libc.chown(directory.toString(), 0, gid).orThrow("chown " + directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx--x---"));
            libc.chown(socket.toString(), 0, gid).orThrow("chown " + socket);
            Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-rw----"));
        } catch (IOException e) {
            server.close();
            throw e;
        }
        GuestServer guest = new GuestServer(server, socket, configuration, streams, listener);
        guest.thread("accept", guest::accept);
        return guest;
    }

    private void thread(String name, Runnable task) {
        Thread.ofPlatform()
                .daemon()
                .name("cage-guest-" + configuration.setup().hostname() + "-" + name)
                .start(task);
    }

    private void accept() {
        while (true) {
            try {
                SocketChannel connection = server.accept();
                if (free.tryAcquire()) {
                    thread("connection", () -> serve(connection));
                } else {
                    connection.close();
                    listener.broken("the guest opened more than " + MAX_CONNECTIONS + " connections at once");
                }
            } catch (ClosedChannelException e) {
                return;
            } catch (IOException e) {
                listener.broken("no connection of the guest can be taken: " + e.getMessage());
                return;
            }
        }
    }

    private void serve(SocketChannel connection) {
        try (FrameChannel channel = new FrameChannel(connection)) {
            try {
                Optional<GuestCall> hello = admit(channel) ? firstCall(channel) : Optional.empty();
                if (hello.isPresent()) {
                    dispatch(greet(channel, hello.get()), channel);
                }
            } finally {
                forget(channel);
            }
        } catch (FrameChannel.LateException e) {
            tell(listener::silent, e);
        } catch (IOException e) {
            tell(listener::broken, e);
        } catch (RuntimeException e) {
            if (!isClosed()) {
                listener.broken("a bug in cage: " + RateLimitedLog.bug(e));
            }
        } finally {
            free.release();
        }
    }

    private synchronized void forget(FrameChannel channel) {
        open.remove(channel);
    }

    private void tell(Consumer<String> callback, IOException cause) {
        if (!isClosed()) {
            callback.accept(String.valueOf(cause.getMessage()));
        }
    }

    private synchronized boolean isClosed() {
        return isClosed;
    }

    private synchronized boolean admit(FrameChannel channel) {
        if (!isClosed) {
            open.add(channel);
        }
        return !isClosed;
    }

    /** @param token by which the tools prove that they were asked to dial; else empty */
    private record Purpose(GuestRole role, String token) {}

    /** The hello of a connection; empty when it begins with anything else, or in time with nothing. */
    private Optional<GuestCall> firstCall(FrameChannel channel) {
        try {
            return Optional.of(expect(channel.read(HELLO_LIMIT), FrameKind.CALL, GuestOp.HELLO));
        } catch (IOException e) {
            tell(listener::strayed, e);
            return Optional.empty();
        }
    }

    /** The purpose of a connection, after both sides have sent their versions. */
    private Purpose greet(FrameChannel channel, GuestCall hello) throws IOException {
        long version = hello.fields().number(GuestTag.VERSION);
        if (version != GuestProtocol.PROTOCOL_VERSION) {
            throw new IOException(
                    "the guest speaks version " + version + " of the protocol, not " + GuestProtocol.PROTOCOL_VERSION);
        }
        long number = hello.fields().number(GuestTag.ROLE);
        GuestRole role = GuestRole.of(number)
                .orElseThrow(() -> new IOException("the guest opened a connection of unknown purpose, " + number));
        claim(role);
        GuestCall answer = GuestCall.of(GuestOp.HELLO, hello.id());
        answer.fields().add(GuestTag.VERSION, GuestProtocol.PROTOCOL_VERSION);
        channel.write(answer.frame(FrameKind.ANSWER));
        return new Purpose(role, hello.fields().text(GuestTag.TOKEN).orElse(""));
    }

    /**
     * Claims a role: each of the init's roles has one connection, or a guest could fetch the agent's secrets twice.
     * Connections of the tools have tokens.
     */
    private synchronized void claim(GuestRole role) throws IOException {
        if (role != GuestRole.STREAM && role != GuestRole.TOOLS && !taken.add(role)) {
            throw new IOException("the guest opened a second connection for " + role);
        }
    }

    private static GuestCall expect(Frame frame, FrameKind kind, GuestOp op) throws IOException {
        GuestCall call = frame.kind() == kind ? GuestCall.parse(frame.payload()) : null;
        if (call == null || call.op() != op) {
            throw new IOException("the guest sent " + frame + " in place of " + kind + " " + op);
        }
        return call;
    }

    private void dispatch(Purpose purpose, FrameChannel channel) throws IOException {
        switch (purpose.role()) {
            case INIT -> serveControl(channel);
            case CONFIG -> configure(channel);
            case OUTPUT -> readOutput(channel);
            case TOOLS -> tools.serve(channel, purpose.token());
            case STREAM -> tools.stream(channel, purpose.token());
        }
    }

    private void serveControl(FrameChannel channel) throws IOException {
        GuestControl connected = new GuestControl(channel);
        control.complete(connected);
        try {
            connected.serve(listener);
        } catch (EOFException e) {
            listener.gone();
            return;
        }
        channel.close();
        listener.closed();
    }

    private void configure(FrameChannel channel) throws IOException {
        Instant now = Instant.now();
        configuration.send(channel, now.getEpochSecond() * NANOS_PER_SECOND + now.getNano());
        listener.configured();
        Optional<String> refusal = expect(channel.read(CONFIGURATION_LIMIT), FrameKind.ANSWER, GuestOp.GO)
                .error();
        refusal.ifPresent(why -> listener.notSetUp(TerminalText.escaped(why)));
    }

    private void readOutput(FrameChannel channel) throws IOException {
        streams.begin(number -> init().signal(number), channel);
        try {
            readLines(channel);
            // The guest closes it: a host that closes first counts as gone for a guest.
            throw new IOException("the guest sent " + channel.read(OUTPUT_LIMIT) + " after the end of its output");
        } catch (EOFException e) {
            // The control connection has the cause of the guest's end.
        }
    }

    private void readLines(FrameChannel channel) throws IOException {
        Consumer<String> lines = line -> listener.line(TerminalText.escaped(line));
        LineSplitter output = LineSplitter.sampling(MAX_LINE_BYTES, lines, listener::takesLines, listener::skipped);
        LineSplitter errors = LineSplitter.sampling(MAX_LINE_BYTES, lines, listener::takesLines, listener::skipped);
        try {
            for (Frame frame = channel.read(OUTPUT_LIMIT);
                    frame.kind() != FrameKind.END;
                    frame = channel.read(OUTPUT_LIMIT)) {
                byte[] bytes = frame.payload();
                switch (frame.kind()) {
                    case STDOUT -> {
                        listener.output(LogStream.STDOUT, bytes);
                        output.feed(bytes, bytes.length);
                        streams.take(frame);
                    }
                    case STDERR -> {
                        listener.output(LogStream.STDERR, bytes);
                        errors.feed(bytes, bytes.length);
                        streams.take(frame);
                    }
                    case CREDIT -> {
                        if (!streams.hasInput()) {
                            throw unexpected(frame);
                        }
                        streams.take(frame);
                    }
                    default -> throw unexpected(frame);
                }
            }
        } finally {
            output.end();
            errors.end();
        }
    }

    private static IOException unexpected(Frame frame) {
        return new IOException("the guest sent " + frame + " among its output");
    }

    /** Null until the init has connected. */
    private @Nullable GuestControl connected() {
        return control.getNow(null);
    }

    /**
     * The guest's init.
     *
     * @throws IOException when it has not connected yet
     */
    public GuestControl init() throws IOException {
        GuestControl connected = connected();
        if (connected == null) {
            throw new IOException("the guest is not up yet");
        }
        return connected;
    }

    /** Tells whether the guest can be called. */
    public boolean isUp() {
        return connected() != null;
    }

    /**
     * Runs a program beside the agent, or a copy of its files.
     *
     * @throws IOException when the guest cannot, or not in time
     */
    public ExecSession run(ToolRequest request) throws IOException {
        return tools.run(init(), request);
    }

    /** Waits, at most so long, until everything that the guest sent is read; for a guest whose VMM has ended. */
    public void drain(Duration limit) {
        try {
            if (free.tryAcquire(MAX_CONNECTIONS, limit.toMillis(), TimeUnit.MILLISECONDS)) {
                free.release(MAX_CONNECTIONS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops listening, closes all connections, and wipes what was not sent. */
    @Override
    public void close() throws IOException {
        Set<FrameChannel> left;
        synchronized (this) {
            isClosed = true;
            left = Set.copyOf(open);
            open.clear();
        }
        configuration.discard();
        server.close();
        for (FrameChannel channel : left) {
            channel.close();
        }
        Files.deleteIfExists(socket);
        Files.deleteIfExists(socket.resolveSibling(""));
    }
}
