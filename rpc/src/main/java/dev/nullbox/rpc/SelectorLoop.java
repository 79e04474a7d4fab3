package dev.nullbox.rpc;

import com.google.gson.JsonNull;
import dev.nullbox.protocol.CallReason;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import jdk.net.ExtendedSocketOptions;
import jdk.net.UnixDomainPrincipal;

/** Event loop of a server: the only thread that uses its sockets. It frames, times, responds, and runs short calls; handlers run elsewhere. */
final class SelectorLoop implements Runnable {
    /** Bound of new connections in one iteration, so that a flood of them cannot starve and evict active ones. */
    private static final int ACCEPTS_PER_ITERATION = 16;

    /**
     * Most bytes of all partial messages together; beyond it the largest connection is closed, so that they cannot fill
     * the heap.
     */
    private static final long MAX_HELD_BYTES = 8L << 20;

    /** The longest request that is looked at on this thread: decoding a long one would hold up the others. */
    private static final int QUICK_REQUEST_BYTES = 4 * 1024;

    private static final int BUFFER_BYTES = 64 * 1024;
    private static final long DISCARD_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long DRAIN_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long NO_ACCEPT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final long LONGEST_WAIT_NANOS = TimeUnit.SECONDS.toNanos(60);

    private record Response(Connection connection, Call call, Optional<byte[]> line) {}

    private final Selector selector;
    private final ServerSocketChannel server;
    private final SelectionKey acceptKey;
    private final Dispatcher dispatcher;
    private final RpcLimits limits;
    private final RpcObserver observer;
    private final Set<Connection> connections = new LinkedHashSet<>();
    private final ConcurrentLinkedQueue<Response> responses = new ConcurrentLinkedQueue<>();
    private final ScrubbedBuffer buffer = new ScrubbedBuffer(BUFFER_BYTES);
    private long acceptAgainNanos;
    private boolean acceptPaused;
    private volatile boolean closing;

    SelectorLoop(ServerSocketChannel server, Dispatcher dispatcher, RpcLimits limits, RpcObserver observer)
            throws IOException {
        this.server = server;
        this.dispatcher = dispatcher;
        this.limits = limits;
        this.observer = observer;
        this.selector = Selector.open();
        server.configureBlocking(false);
        this.acceptKey = server.register(selector, SelectionKey.OP_ACCEPT);
    }

    /** Stops the loop; running calls have a second to end. */
    void close() {
        closing = true;
        selector.wakeup();
    }

    @Override
    public void run() {
        try {
            while (!closing) {
                iterate(LONGEST_WAIT_NANOS);
            }
            acceptKey.cancel();
            server.close();
            drain();
        } catch (IOException e) {
            throw new UncheckedIOException("the selector failed", e);
        } finally {
            connections.forEach(Connection::close);
            closeSelector();
        }
    }

    private void drain() throws IOException {
        long end = System.nanoTime() + DRAIN_NANOS;
        List.copyOf(connections).stream()
                .filter(one -> one.state() == Connection.State.READING)
                .forEach(this::drop);
        while (System.nanoTime() - end < 0 && !connections.isEmpty()) {
            iterate(end - System.nanoTime());
            List.copyOf(connections).stream()
                    .filter(one -> one.state() == Connection.State.READING)
                    .forEach(this::drop);
        }
    }

    private void closeSelector() {
        try {
            selector.close();
        } catch (IOException e) {
            throw new UncheckedIOException("cannot close the selector", e);
        }
    }

    private void iterate(long longestNanos) throws IOException {
        long waitNanos = Math.min(longestNanos, untilNextNanos(System.nanoTime()));
        selector.select(Math.max(1, TimeUnit.NANOSECONDS.toMillis(waitNanos) + 1));
        for (Response response = responses.poll(); response != null; response = responses.poll()) {
            complete(response);
        }
        boolean acceptable = false;
        for (SelectionKey key : selector.selectedKeys()) {
            if (!key.isValid()) {
                continue;
            }
            if (key.isAcceptable()) {
                acceptable = true;
            } else if (key.attachment() instanceof Connection connection) {
                serve(connection);
            }
        }
        selector.selectedKeys().clear();
        if (acceptable && !closing) {
            accept();
        }
        expire(System.nanoTime());
    }

    private void accept() {
        try {
            for (int i = 0; i < ACCEPTS_PER_ITERATION; i++) {
                SocketChannel channel = server.accept();
                if (channel == null) {
                    return;
                }
                register(channel);
            }
        } catch (IOException e) {
            // Out of descriptors or memory: the queue stays readable, so accepting pauses, lest the loop spin.
            acceptKey.interestOps(0);
            acceptPaused = true;
            acceptAgainNanos = System.nanoTime() + NO_ACCEPT_NANOS;
        }
    }

    private void register(SocketChannel channel) throws IOException {
        try {
            channel.configureBlocking(false);
            if (connections.size() >= limits.connections() && !evict()) {
                String message = "all " + limits.connections() + " connections are busy with calls";
                refuse(channel, new RpcException(CallReason.BUSY, message));
                channel.close();
                return;
            }
            UnixDomainPrincipal peer = channel.getOption(ExtendedSocketOptions.SO_PEERCRED);
            Caller caller = new Caller(peer.user().getName(), peer.group().getName());
            SelectionKey key = channel.register(selector, SelectionKey.OP_READ);
            Connection connection = new Connection(channel, key, caller, System.nanoTime());
            key.attach(connection);
            connections.add(connection);
        } catch (IOException e) {
            channel.close();
        }
    }

    private static void refuse(SocketChannel channel, RpcException error) throws IOException {
        byte[] line = JsonRpcCodec.encodeError(JsonNull.INSTANCE, error);
        channel.write(
                ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip());
    }

    /** Closes the connection that was idle longest; false when all wait for a call. */
    private boolean evict() {
        long now = System.nanoTime();
        Optional<Connection> longest = connections.stream()
                .filter(one -> one.state() != Connection.State.RUNNING)
                .max((a, b) -> Long.compare(now - a.sinceNanos(), now - b.sinceNanos()));
        longest.ifPresent(this::drop);
        return longest.isPresent();
    }

    private void serve(Connection connection) {
        try {
            if (connection.state() == Connection.State.WRITING) {
                if (write(connection)) {
                    advance(connection);
                }
            } else if (!connection.read(buffer)) {
                drop(connection);
            } else if (connection.state() == Connection.State.READING) {
                advance(connection);
            }
        } catch (IOException e) {
            drop(connection);
        }
        boundHeldBytes();
    }

    private void boundHeldBytes() {
        long held = 0;
        Optional<Connection> largest = Optional.empty();
        for (Connection one : connections) {
            held += one.heldBytes();
            if (one.heldBytes() > largest.map(Connection::heldBytes).orElse(0)) {
                largest = Optional.of(one);
            }
        }
        if (held > MAX_HELD_BYTES) {
            largest.ifPresent(this::drop);
        }
    }

    /** Starts the next call whose line has arrived, if any. */
    private void advance(Connection connection) throws IOException {
        while (connection.state() == Connection.State.READING) {
            Optional<byte[]> line;
            try {
                line = connection.nextLine();
            } catch (RpcException e) {
                connection.respond(JsonRpcCodec.encodeError(JsonNull.INSTANCE, e), true);
                write(connection);
                return;
            }
            if (line.isEmpty()) {
                return;
            }
            start(connection, line.get());
        }
    }

    private void start(Connection connection, byte[] line) throws IOException {
        Call call = new Call(line, connection.caller(), limits.call(), selector::wakeup);
        if (line.length <= QUICK_REQUEST_BYTES) {
            Optional<Dispatcher.Answer> quick = dispatcher.answerQuickly(call);
            if (quick.isPresent()) {
                send(connection, quick.get().line());
                return;
            }
        }
        connection.run(call);
        boolean accepted = dispatcher.submit(call, bytes -> {
            responses.add(new Response(connection, call, bytes));
            selector.wakeup();
        });
        if (!accepted) {
            send(connection, call.failure(new RpcException(CallReason.BUSY, "too many calls are waiting already")));
        }
    }

    private void complete(Response response) {
        Connection connection = response.connection();
        if (connection.call() != response.call() || !connections.contains(connection)) {
            observer.answered();
            return;
        }
        try {
            send(connection, response.line());
            advance(connection);
        } catch (IOException e) {
            drop(connection);
        }
    }

    /** Sends what the socket accepts; true when the connection may read its next line. */
    private boolean write(Connection connection) throws IOException {
        boolean sent = connection.write(buffer, System.nanoTime());
        if (sent) {
            observer.answered();
        }
        return sent;
    }

    private void send(Connection connection, Optional<byte[]> line) throws IOException {
        if (line.isPresent()) {
            connection.respond(line.get(), false);
            write(connection);
        } else {
            connection.skipResponse(System.nanoTime());
            observer.answered();
        }
    }

    private void expire(long now) {
        if (acceptPaused && acceptAgainNanos - now <= 0) {
            acceptPaused = false;
            acceptKey.interestOps(SelectionKey.OP_ACCEPT);
        }
        for (Connection connection : List.copyOf(connections)) {
            if (endNanos(connection) - now > 0) {
                continue;
            }
            Call call = connection.call();
            if (connection.state() == Connection.State.RUNNING && call != null) {
                timeOut(connection, call);
            } else {
                drop(connection);
            }
        }
    }

    private void timeOut(Connection connection, Call call) {
        String also = call.abandon() ? "it was not begun" : "it may still take effect";
        RpcException error = new RpcException(
                CallReason.CALL,
                "no result within " + TimeUnit.NANOSECONDS.toMillis(call.limitNanos()) + " ms; " + also);
        complete(new Response(connection, call, call.failure(error)));
    }

    private long endNanos(Connection connection) {
        Call call = connection.call();
        return switch (connection.state()) {
            case RUNNING -> call == null ? Long.MAX_VALUE : call.deadlineNanos();
            case READING, WRITING -> connection.sinceNanos() + limits.idle().toNanos();
            case DISCARDING -> connection.sinceNanos() + DISCARD_NANOS;
        };
    }

    private long untilNextNanos(long now) {
        long wait = acceptPaused ? acceptAgainNanos - now : LONGEST_WAIT_NANOS;
        for (Connection connection : connections) {
            wait = Math.min(wait, endNanos(connection) - now);
        }
        return Math.max(0, wait);
    }

    private void drop(Connection connection) {
        connections.remove(connection);
        connection.close();
        if (connection.state() != Connection.State.READING || connection.heldBytes() > 0) {
            observer.answered();
        }
    }
}
