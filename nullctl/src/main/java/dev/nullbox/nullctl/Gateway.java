package dev.nullbox.nullctl;

import dev.nullbox.rpc.EventSink;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;

/**
 * The appliance's one listener that is reachable from outside: TLS 1.3 with a client certificate, one JSON-RPC message a
 * line, each passed to the service that its prefix names and its answer passed back.
 */
final class Gateway implements AutoCloseable {
    private static final int BACKLOG = 128;
    private static final Duration LAST_ANSWERS = Duration.ofSeconds(2);
    private static final int CONNECTION_STACK_BYTES = 512 * 1024;

    private final ServerSocket listener;
    private final SSLContext tls;
    private final Routes routes;
    private final GatewayLimits limits;
    private final EventSink events;
    private final Semaphore slots;
    private final ScheduledThreadPoolExecutor deadlines;
    private final Set<GatewayConnection> connections = ConcurrentHashMap.newKeySet();
    private final Thread acceptor = new Thread(this::accept, "gateway-accept");

    private Gateway(ServerSocket listener, SSLContext tls, Routes routes, GatewayLimits limits, EventSink events) {
        this.listener = listener;
        this.tls = tls;
        this.routes = routes;
        this.limits = limits;
        this.events = events;
        this.slots = new Semaphore(limits.connections());
        this.deadlines = new ScheduledThreadPoolExecutor(1, task -> daemon(task, "gateway-deadlines"));
        deadlines.setRemoveOnCancelPolicy(true);
    }

    /**
     * Listens and answers until closed.
     *
     * @throws IOException when the address cannot be bound
     */
    static Gateway listen(
            InetSocketAddress address, SSLContext tls, Routes routes, GatewayLimits limits, EventSink events)
            throws IOException {
        ServerSocket listener = new ServerSocket();
        try {
            listener.setReuseAddress(true);
            listener.bind(address, BACKLOG);
        } catch (IOException e) {
            listener.close();
            throw new IOException("cannot listen at " + address + ": " + e.getMessage(), e);
        }
        Gateway gateway = new Gateway(listener, tls, routes, limits, events);
        events.emit("gateway.listening", Map.of("port", gateway.port()));
        gateway.acceptor.start();
        return gateway;
    }

    /** The port that is listened at. */
    int port() {
        return listener.getLocalPort();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            System.err.println("gateway: closing the listener: " + e.getMessage());
        }
        // The operator who asked for the shutdown is owed its answer.
        long deadline = System.nanoTime() + LAST_ANSWERS.toNanos();
        try {
            for (GatewayConnection connection : connections) {
                connection.finish(deadline);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            connections.forEach(GatewayConnection::abort);
        }
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
                    System.err.println("gateway: accept: " + e.getMessage());
                }
            }
        }
    }

    private void serve(Socket socket) {
        GatewayConnection connection = new GatewayConnection(socket, tls, routes, limits, events, deadlines);
        connections.add(connection);
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
                    }
                });
    }

    /** Connections beyond the bound wait in the listener's queue, not for longer than others are worth keeping. */
    private void awaitSlot() throws InterruptedException {
        while (!slots.tryAcquire(limits.patience().toMillis(), TimeUnit.MILLISECONDS)) {
            leastWorth().ifPresent(GatewayConnection::abort);
        }
    }

    private Optional<GatewayConnection> leastWorth() {
        long now = System.nanoTime();
        List<GatewayConnection> idle = connections.stream()
                .filter(connection -> connection.isIdle(now, limits.patience()))
                .toList();
        return idle.stream()
                .min(Comparator.comparing(GatewayConnection::isKnown)
                        .thenComparingLong(connection -> -connection.idleNanos(now)));
    }

    private static Thread daemon(Runnable task, String name) {
        return Thread.ofPlatform().name(name).daemon().unstarted(task);
    }
}
