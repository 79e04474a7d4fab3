package dev.nullbox.ctxgraph;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcObserver;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The HTTP/1.1 door for one agent: {@code POST /rpc} with one JSON-RPC 2.0 request as the body. Whoever comes in by it
 * is that agent; its slow or many connections take threads and places of its own door only.
 */
final class AgentListener implements AutoCloseable {
    private static final int MAX_CONNECTIONS = 32;
    private static final int THREADS = 2;
    private static final int BACKLOG = 32;
    private static final int REQUEST_SECONDS = 15;
    private static final int IDLE_SECONDS = 30;

    private static final int OK = 200;
    private static final int NO_CONTENT = 204;
    private static final int NOT_FOUND = 404;
    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int CONTENT_TOO_LARGE = 413;

    private final Actor actor;
    private final InetSocketAddress address;
    private final MemoryMethods methods;
    private final HttpServer server;
    private final ThreadPoolExecutor workers;

    private AgentListener(Actor actor, InetSocketAddress address, MemoryMethods methods, HttpServer server) {
        this.actor = actor;
        this.address = address;
        this.methods = methods;
        this.server = server;
        // A connection has one request at a time, so that the queue is never full.
        this.workers = new ThreadPoolExecutor(
                THREADS, THREADS, 10, TimeUnit.SECONDS, new ArrayBlockingQueue<>(MAX_CONNECTIONS + BACKLOG), work -> {
                    Thread thread = new Thread(work, "memory-" + actor.agent());
                    thread.setDaemon(true);
                    return thread;
                });
        workers.allowCoreThreadTimeOut(true);
    }

    /**
     * The bounds that jdk.httpserver takes from system properties only, and only once: call this before the first
     * listener of the process.
     */
    static void setBounds() {
        System.setProperty("jdk.httpserver.maxConnections", Integer.toString(MAX_CONNECTIONS));
        System.setProperty("sun.net.httpserver.maxReqTime", Integer.toString(REQUEST_SECONDS));
        System.setProperty("sun.net.httpserver.maxRspTime", Integer.toString(REQUEST_SECONDS));
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
    static AgentListener open(Actor actor, Inet4Address address, int port, MemoryMethods methods) throws IOException {
        InetSocketAddress at = new InetSocketAddress(address, port);
        HttpServer server;
        try {
            server = HttpServer.create(at, BACKLOG);
        } catch (IOException e) {
            throw new IOException(
                    "cannot listen at " + address.getHostAddress() + ":" + port + ": " + e.getMessage(), e);
        }
        AgentListener listener = new AgentListener(actor, server.getAddress(), methods, server);
        server.createContext("/", listener::handle);
        server.setExecutor(listener.workers);
        server.start();
        return listener;
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
        server.stop(0);
        workers.shutdown();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (!"/rpc".equals(exchange.getRequestURI().getPath())) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
            } else if (!"POST".equals(exchange.getRequestMethod())) {
                exchange.getResponseHeaders().set("Allow", "POST");
                exchange.sendResponseHeaders(METHOD_NOT_ALLOWED, -1);
            } else {
                post(exchange);
            }
        }
    }

    private void post(HttpExchange exchange) throws IOException {
        byte[] body;
        try (InputStream in = exchange.getRequestBody()) {
            body = in.readNBytes(JsonRpcCodec.MAX_MESSAGE_BYTES + 1);
            if (body.length > JsonRpcCodec.MAX_MESSAGE_BYTES) {
                exchange.getResponseHeaders().set("Connection", "close");
                send(exchange, CONTENT_TOO_LARGE, tooLarge());
                return;
            }
        }
        Optional<byte[]> answer = answer(body);
        if (answer.isPresent()) {
            send(exchange, OK, answer.get());
        } else {
            exchange.sendResponseHeaders(NO_CONTENT, -1);
        }
    }

    private Optional<byte[]> answer(byte[] body) {
        return methods.inTurn(() -> switch (JsonRpcCodec.decodeRequest(body)) {
            case JsonRpcCodec.Malformed malformed ->
                Optional.of(JsonRpcCodec.encodeError(malformed.id(), malformed.error()));
            case JsonRpcCodec.Request request -> answer(request);
        });
    }

    private Optional<byte[]> answer(JsonRpcCodec.Request request) {
        try {
            JsonElement result = methods.call(actor, request.method(), request.params());
            return request.id().map(id -> JsonRpcCodec.encodeResult(id, result));
        } catch (RpcException e) {
            return request.id().map(id -> JsonRpcCodec.encodeError(id, e));
        } catch (RuntimeException e) {
            RpcObserver.toStandardError().crashed(request.method(), e);
            RpcException bug = new RpcException(RpcException.Code.INTERNAL, "BUG", "a fault of the service");
            return request.id().map(id -> JsonRpcCodec.encodeError(id, bug));
        }
    }

    private static byte[] tooLarge() {
        String message = "a body has at most " + JsonRpcCodec.MAX_MESSAGE_BYTES + " bytes";
        return JsonRpcCodec.encodeError(
                JsonNull.INSTANCE, new RpcException(RpcException.Code.INVALID_REQUEST, "BODY_TOO_LARGE", message));
    }

    private static void send(HttpExchange exchange, int status, byte[] json) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, json.length);
        exchange.getResponseBody().write(json);
    }
}
