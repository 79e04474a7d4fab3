package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonNull;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * HTTP/1.1 listener for one agent, which serves {@link HttpRpc}, {@link HttpWatch} and one more route. Every request to
 * it acts as that agent, whatever the request says; slow or numerous connections use up the threads and buffers of this
 * agent's listener only.
 */
public final class AgentHttpServer implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 32;
    public static final int THREADS = 4;
    private static final int BACKLOG = 32;
    private static final int REQUEST_SECONDS = 15;
    private static final int WRITE_SECONDS = 15;
    private static final int IDLE_SECONDS = 30;
    /** Longer than any stream lives; shorter answers are bounded by {@link IoTimeouts}. */
    private static final int RESPONSE_SECONDS = 7_200;

    private final Principal principal;
    private final InetSocketAddress address;
    private final HttpServer server;
    private final ThreadPoolExecutor workers;
    private final IoTimeouts deadlines;
    private final HttpStreams streams;
    private final List<HttpRoute> routes;

    private AgentHttpServer(Principal principal, MemoryMethods methods, HttpRoute.Factory more, HttpServer server) {
        this.principal = principal;
        this.address = server.getAddress();
        this.server = server;
        String name = "memory-" + principal.agent();
        // A connection has one request at a time, so that the queue is never full.
        this.workers = new ThreadPoolExecutor(
                THREADS,
                THREADS,
                10,
                TimeUnit.SECONDS,
                new ArrayBlockingQueue<>(MAX_CONNECTIONS + BACKLOG),
                Thread.ofPlatform().name(name).daemon().factory());
        workers.allowCoreThreadTimeOut(true);
        this.deadlines = new IoTimeouts(name + "-deadlines", WRITE_SECONDS);
        this.streams = new HttpStreams(name + "-stream");
        BufferBudget.Quota quota = methods.buffers().quota();
        this.routes = List.of(
                new HttpRpc(principal, methods, quota),
                new HttpWatch(principal, methods, streams),
                more.open(principal, methods, quota, streams));
    }

    /**
     * Sets the bounds that jdk.httpserver reads from system properties, once: to be called before the first listener of
     * the process.
     */
    public static void setBounds() {
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS));
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(RESPONSE_SECONDS));
        System.setProperty("sun.net.httpserver.idleInterval", Integer.toString(IDLE_SECONDS));
        System.setProperty("sun.net.httpserver.maxIdleConnections", Integer.toString(MAX_CONNECTIONS));
        System.setProperty("sun.net.httpserver.maxReqHeaders", "64");
        System.setProperty("sun.net.httpserver.maxReqHeaderSize", "16384");
        // Without it an answer's second packet waits for the client's delayed acknowledgement.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    /**
     * Listens at exactly this address until closed.
     *
     * @param more further routes
     * @throws IOException when it cannot be bound
     */
    public static AgentHttpServer open(
            Principal principal, Inet4Address address, int port, MemoryMethods methods, HttpRoute.Factory more)
            throws IOException {
        InetSocketAddress at = new InetSocketAddress(address, port);
        HttpServer server;
        try {
            server = HttpServer.create(at, BACKLOG);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen at " + address.getHostAddress() + ":" + port + ": " + e.getMessage(), e);
        }
        AgentHttpServer listener = new AgentHttpServer(principal, methods, more, server);
        server.createContext("/", listener::handle);
        server.setExecutor(listener.workers);
        server.start();
        return listener;
    }

    /** The agent that every request here acts as. */
    public Principal principal() {
        return principal;
    }

    /** The bound address, with the port that was chosen for 0. */
    public InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        routes.forEach(HttpRoute::close);
        streams.close();
        server.stop(0);
        workers.shutdown();
        deadlines.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        HttpRequestContext call = new HttpRequestContext(exchange, deadlines);
        boolean over = true;
        try {
            over = handle(call);
        } finally {
            if (over) {
                call.close();
            }
        }
    }

    /** Handles the call; false when a stream has taken it over. */
    private boolean handle(HttpRequestContext call) throws IOException {
        if (!call.isAddressedHere()) {
            // A page of another site in a browser inside the agent is not the agent (DNS rebinding).
            call.json(HttpRequestContext.FORBIDDEN, foreign());
            return true;
        }
        for (HttpRoute route : routes) {
            if (route.serves(call.path())) {
                return route.handle(call);
            }
        }
        call.empty(HttpRequestContext.NOT_FOUND);
        return true;
    }

    private static byte[] foreign() {
        return JsonRpcCodec.encodeError(
                JsonNull.INSTANCE,
                new RpcException(
                        MemoryReason.ORIGIN,
                        "pages of other origins may not call this, and the host must be the one in NULLBOX_MEMORY_URL"));
    }
}
