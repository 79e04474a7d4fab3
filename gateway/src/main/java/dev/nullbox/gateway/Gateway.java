package dev.nullbox.gateway;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.HeapWiper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;

/**
 * The appliance's one listener that is reachable from outside: TLS 1.3 with a client certificate, one JSON-RPC message
 * a line, each passed to its method's service on behalf of the operator that the certificate names.
 */
final class Gateway implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final long AFTER_FAILURE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);
    private static final int CONNECTION_STACK_BYTES = 512 * 1024;

    private final ServerSocket listener;
    private final SSLContext tls;
    private final Path sockets;
    private final GatewayLimits limits;
    private final EventSink events;
    private final Semaphore slots;
    private final HeapWiper wiper = HeapWiper.start();
    private final ScheduledThreadPoolExecutor deadlines;
    private final Set<GatewayConnection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;
    private final Thread acceptor = new Thread(this::accept, "gateway-accept");

    private Gateway(ServerSocket listener, SSLContext tls, Path sockets, GatewayLimits limits, EventSink events) {
        this.listener = listener;
        this.tls = tls;
        this.sockets = sockets;
        this.limits = limits;
        this.events = events;
        this.slots = new Semaphore(limits.connections());
        this.deadlines = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "gateway-deadlines"));
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /**
     * Listens and answers until closed.
     *
     * @param sockets the directory of the services' sockets
     * @throws IOException when the address cannot be bound
     */
    static Gateway listen(
            InetSocketAddress address, SSLContext tls, Path sockets, GatewayLimits limits, EventSink events)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("cannot listen at " + address + ": " + e.getMessage(), e);
        }
        Gateway gateway = new Gateway(listener, tls, sockets, limits, events);
        events.emit(GatewayContract.LISTENING, Fields.PORT.is((long) gateway.port()));
        gateway.acceptor.start();
        return gateway;
    }

    /** The port that it listens on. */
    int port() {
        return listener.getLocalPort();
    }

    /**
     * Accepts no more clients and calls, lets running calls answer and clients read their answers, within the drain
     * timeout: the client that asked for a shutdown gets its answer.
     */
    @Override
    public void close() {
        closing = true;
        try {
            listener.close();
        } catch (IOException e) {
            System.err.println("gateway: closing the listener: " + e.getMessage());
        }
        long deadline = System.nanoTime() + limits.drainTimeout().toNanos();
        try {
            // All are told before any is waited for: an idle client that stays delays no other.
            connections.forEach(GatewayConnection::finish);
            for (GatewayConnection connection : connections) {
                connection.awaitEnd(deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        connections.forEach(GatewayConnection::abort);
        deadlines.shutdownNow();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                awaitSlot();
                serve(listener.accept());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } catch (IOException e) {
                slots.release();
                if (!listener.isClosed()) {
                    // As when descriptors are exhausted: an immediate retry would fail again.
                    System.err.println("gateway: accept: " + e.getMessage());
                    LockSupport.parkNanos(AFTER_FAILURE_NANOS);
                }
            }
        }
    }

    private void serve(Socket socket) throws IOException {
        GatewayConnection connection = new GatewayConnection(socket, tls, sockets, limits, events, deadlines);
        connections.add(connection);
        if (closing) {
            connection.finish();
        }
        try {
            Thread.ofPlatform()
                    .name("gateway-connection")
                    .daemon()
                    .stackSize(CONNECTION_STACK_BYTES)
                    .start(() -> {
                        try {
                            connection.run();
                        } finally {
                            connections.remove(connection);
                            slots.release();
                            if (connection.carriedSecrets()) {
                                // Not earlier: TLS keeps its buffers as long as the connection.
                                wiper.request();
                            }
                        }
                    });
        } catch (OutOfMemoryError e) {
            // Thrown by the JDK when the kernel refuses a thread: this client is lost, the listener goes on.
            connections.remove(connection);
            connection.abort();
            throw new IOException("no thread for a client", e);
        }
    }

    /** Holds connections beyond the bound in the listener's queue, until one ends or the queue timeout evicts one. */
    private void awaitSlot() throws InterruptedException {
        while (!slots.tryAcquire(limits.queueTimeout().toMillis(), TimeUnit.MILLISECONDS)) {
            evictionCandidate().ifPresent(GatewayConnection::abort);
        }
    }

    private Optional<GatewayConnection> evictionCandidate() {
        long now = System.nanoTime();
        List<GatewayConnection> idle = connections.stream()
                .filter(connection -> connection.isIdle(now, limits.queueTimeout()))
                .toList();
        return idle.stream()
                .min(Comparator.comparing(GatewayConnection::isKnown)
                        .thenComparingLong(connection -> -connection.idleNanos(now)));
    }

    private static Thread daemon(Runnable task, String name) {
        return Thread.ofPlatform().name(name).daemon().unstarted(task);
    }
}
