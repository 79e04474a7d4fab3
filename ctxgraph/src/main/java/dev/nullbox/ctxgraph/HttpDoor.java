package dev.nullbox.ctxgraph;

import com.google.gson.JsonNull;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP/1.1 door for one agent: {@link HttpRpc} at {@code /rpc}, {@link HttpWatch} at {@code /watch},
 * {@link McpEndpoint} at {@code /mcp}. Whoever comes in by it is that agent; its slow or many connections take threads and
 * places of its own door only.
 */
final class HttpDoor implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 32;
    static final int THREADS = 4;
    private static final int BACKLOG = 32;
    private static final int REQUEST_SECONDS = 15;
    private static final int WRITE_SECONDS = 15;
    private static final int IDLE_SECONDS = 30;
    /** Longer than any stream; shorter answers are bounded by {@link HttpDeadlines}. */
    private static final int RESPONSE_SECONDS = 7_200;

    private final Actor actor;
    private final InetSocketAddress address;
    private final HttpServer server;
    private final ThreadPoolExecutor workers;
    private final HttpDeadlines deadlines;
    private final HttpStreams streams;
    private final HttpRpc rpc;
    private final HttpWatch watch;
    private final McpEndpoint mcp;

    private HttpDoor(Actor actor, HttpService service, HttpServer server) {
        this.actor = actor;
        this.address = server.getAddress();
        this.server = server;
        String name = "memory-" + actor.agent();
        // A connection has one request at a time, so that the queue is never full.
        this.workers = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_CONNECTIONS + BACKLOG), work -> {
                    Thread thread = new Thread(work, name);
                    thread.setDaemon(true);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
        this.deadlines = new HttpDeadlines(name + "-deadlines", WRITE_SECONDS);
        this.streams = new HttpStreams(name + "-stream");
        HttpPlaces.Share share = service.places().share();
        this.rpc = new HttpRpc(actor, service, share);
        this.watch = new HttpWatch(actor, service, streams);
        this.mcp = new McpEndpoint(actor, service, share, streams);
    }

    /**
     * The bounds that jdk.httpserver takes from system properties only, and only once: call this before the first
     * listener of the process.
     */
    static void setBounds() {
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
     * @throws IOException when it cannot be bound
     */
    static HttpDoor open(Actor actor, Inet4Address address, int port, HttpService service) throws IOException {
        InetSocketAddress at = new InetSocketAddress(address, port);
        HttpServer server;
        try {
            server = HttpServer.create(at, BACKLOG);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen at " + address.getHostAddress() + ":" + port + ": " + e.getMessage(), e);
        }
        HttpDoor door = new HttpDoor(actor, service, server);
        server.createContext("/", door::handle);
        server.setExecutor(door.workers);
        server.start();
        return door;
    }

    /** Who comes in here. */
    Actor actor() {
        return actor;
    }

    /** Where it listens, with the port that was taken for 0. */
    InetSocketAddress address() {
        return address;
    }

    @Override
    public void close() {
        mcp.close();
        streams.close();
        server.stop(0);
        workers.shutdown();
        deadlines.close();
    }

    private void handle(HttpExchange exchange) throws IOException {
        HttpCall call = new HttpCall(exchange, deadlines);
        boolean over = true;
        try {
            over = handle(call);
        } finally {
            if (over) {
                call.close();
            }
        }
    }

    /** Whether the call is over, and no stream has taken it. */
    private boolean handle(HttpCall call) throws IOException {
        if (!call.isMeantForHere()) {
            // A page of another site that a browser inside the agent shows: it is not the agent (DNS rebinding).
            call.json(HttpCall.FORBIDDEN, foreign());
            return true;
        }
        String path = call.path();
        if (path.equals("/rpc")) {
            rpc.handle(call);
            return true;
        }
        if (path.equals("/watch")) {
            return watch.handle(call);
        }
        if (path.equals(McpEndpoint.PATH) || path.startsWith(McpEndpoint.PATH + "/")) {
            return mcp.handle(call);
        }
        call.empty(HttpCall.NOT_FOUND);
        return true;
    }

    private static byte[] foreign() {
        return JsonRpcCodec.encodeError(
                JsonNull.INSTANCE,
                new RpcException(
                        RpcException.Code.DENIED,
                        "ORIGIN",
                        "pages of other origins may not call this, and the host must be the one in NULLBOX_MEMORY_URL"));
    }
}
