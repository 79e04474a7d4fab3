package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonElement;
import com.sun.net.httpserver.HttpExchange;
import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** HTTP request at an agent's listener and its response; every write is bounded in time. */
public final class HttpRequestContext {
    public static final int OK = 200;
    public static final int ACCEPTED = 202;
    public static final int NO_CONTENT = 204;
    public static final int BAD_REQUEST = 400;
    static final int FORBIDDEN = 403;
    public static final int NOT_FOUND = 404;
    public static final int METHOD_NOT_ALLOWED = 405;
    public static final int NOT_ACCEPTABLE = 406;
    public static final int CONTENT_TOO_LARGE = 413;
    public static final int UNSUPPORTED_MEDIA_TYPE = 415;
    public static final int TOO_MANY_REQUESTS = 429;
    public static final int SERVICE_UNAVAILABLE = 503;

    /** Longest transfer of a large body or a large answer: other requests wait for its reservation. */
    private static final int LARGE_SECONDS = 5;

    private static final int BUSY_AGAIN_SECONDS = 1;

    private final HttpExchange exchange;
    private final IoTimeouts deadlines;

    HttpRequestContext(HttpExchange exchange, IoTimeouts deadlines) {
        this.exchange = exchange;
        this.deadlines = deadlines;
    }

    public String method() {
        return exchange.getRequestMethod();
    }

    /** Refuses a request with another method. */
    boolean refusesAllBut(String method) throws IOException {
        if (method().equals(method)) {
            return false;
        }
        setHeader("Allow", method);
        empty(METHOD_NOT_ALLOWED);
        return true;
    }

    public String path() {
        return exchange.getRequestURI().getPath();
    }

    /** A header's first value; names are compared without case. */
    public Optional<String> header(String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).map(String::strip);
    }

    /**
     * A parameter of the query, the first of its name.
     *
     * @throws IllegalArgumentException when its escapes are malformed
     */
    public Optional<String> query(String name) {
        String query = exchange.getRequestURI().getRawQuery();
        if (query != null) {
            for (String part : query.split("&", -1)) {
                int equals = part.indexOf('=');
                if (equals > 0 && part.substring(0, equals).equals(name)) {
                    return Optional.of(URLDecoder.decode(part.substring(equals + 1), StandardCharsets.UTF_8));
                }
            }
        }
        return Optional.empty();
    }

    /**
     * Tells whether the client addresses this listener, by its {@code Host}, and the page that a browser sends the
     * request for, if any, came from here. A page whose name was made to resolve to this address (DNS rebinding) is
     * recognised by that name in {@code Host}.
     */
    boolean isAddressedHere() {
        String address = exchange.getLocalAddress().getAddress().getHostAddress();
        String here = address + ":" + exchange.getLocalAddress().getPort();
        List<String> hosts = exchange.getRequestHeaders().getOrDefault("Host", List.of());
        List<String> origins = exchange.getRequestHeaders().getOrDefault("Origin", List.of());
        return hosts.size() == 1
                && (hosts.getFirst().strip().equals(here)
                        || hosts.getFirst().strip().equals(address))
                && origins.stream().allMatch(origin -> origin.equals("http://" + here));
    }

    /** Tells whether the request declares its body as JSON, and its character set, if it declares one, as UTF-8. */
    public boolean isJson() {
        String[] parts =
                header("Content-Type").orElse("").toLowerCase(Locale.ROOT).split(";", -1);
        if (!parts[0].strip().equals("application/json")) {
            return false;
        }
        for (int i = 1; i < parts.length; i++) {
            String parameter = parts[i].strip().replace("\"", "");
            if (parameter.startsWith("charset=") && !parameter.equals("charset=utf-8")) {
                return false;
            }
        }
        return true;
    }

    /**
     * Tells whether the client accepts answers of this type, as {@code "text/event-stream"}; true when it does not say.
     */
    public boolean accepts(String type) {
        List<String> accepted = exchange.getRequestHeaders().get("Accept");
        if (accepted == null) {
            return true;
        }
        String family = type.substring(0, type.indexOf('/')) + "/*";
        for (String range : String.join(",", accepted).toLowerCase(Locale.ROOT).split(",", -1)) {
            String[] parts = range.split(";", -1);
            String name = parts[0].strip();
            if ((name.equals(type) || name.equals(family) || name.equals("*/*")) && !refused(parts)) {
                return true;
            }
        }
        return false;
    }

    private static boolean refused(String[] parts) {
        for (int i = 1; i < parts.length; i++) {
            String weight = parts[i].strip();
            if (weight.startsWith("q=0") && weight.substring(3).chars().allMatch(c -> c == '.' || c == '0')) {
                return true;
            }
        }
        return false;
    }

    /**
     * Reads the whole body; empty when it has more bytes than a message may.
     *
     * @param reservation charged with the body and the answer to it
     * @throws RpcException UNAVAILABLE, BUSY, when there is no room for it
     */
    public Optional<byte[]> body(BufferBudget.Reservation reservation) throws IOException, RpcException {
        InputStream in = exchange.getRequestBody();
        // Declared only when it is not sent in chunks; the JDK's server has checked its syntax.
        long length = Long.parseLong(header("Content-Length").orElse("0"));
        if (length > JsonRpcCodec.MAX_MESSAGE_BYTES) {
            skip(in);
            return Optional.empty();
        }
        byte[] begin = length > BufferBudget.SMALL_BODY ? new byte[0] : in.readNBytes(BufferBudget.SMALL_BODY + 1);
        if (length <= BufferBudget.SMALL_BODY && begin.length <= BufferBudget.SMALL_BODY) {
            in.close();
            return Optional.of(begin);
        }
        int most = (int) (length > 0 ? length : JsonRpcCodec.MAX_MESSAGE_BYTES);
        try {
            reservation.awaitBody(most);
        } catch (RpcException e) {
            skip(in);
            throw e;
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream(most);
        body.writeBytes(begin);
        deadlines.bound(LARGE_SECONDS, () -> {
            byte[] part = new byte[BufferBudget.SMALL_BODY];
            for (int n = in.read(part); n >= 0 && body.size() <= most; n = in.read(part)) {
                body.write(part, 0, n);
            }
        });
        if (body.size() > most) {
            // Left open: closing it would read on, and the answer would wait for a client that sends slowly.
            setHeader("Connection", "close");
            return Optional.empty();
        }
        in.close();
        return Optional.of(body.toByteArray());
    }

    /** Reads on and discards: a client that is still sending would see the early answer as a broken connection. */
    private void skip(InputStream in) throws IOException {
        in.skip(JsonRpcCodec.MAX_MESSAGE_BYTES + 1L);
        setHeader("Connection", "close");
    }

    public void setHeader(String name, String value) {
        exchange.getResponseHeaders().set(name, value);
    }

    /** Answers without a body. */
    public void empty(int status) throws IOException {
        deadlines.bound(() -> exchange.sendResponseHeaders(status, -1));
    }

    /** Answers with JSON. */
    public void json(int status, byte[] json) throws IOException {
        setHeader("Content-Type", "application/json");
        if (status == SERVICE_UNAVAILABLE) {
            setHeader("Retry-After", Integer.toString(BUSY_AGAIN_SECONDS));
        }
        IoTimeouts.Transfer answer = () -> {
            exchange.sendResponseHeaders(status, json.length);
            OutputStream out = exchange.getResponseBody();
            out.write(json);
            out.flush();
            exchange.close();
        };
        if (json.length > BufferBudget.SMALL_ANSWER) {
            deadlines.bound(LARGE_SECONDS, answer);
        } else {
            deadlines.bound(answer);
        }
    }

    /** Answers with JSON. */
    public void json(int status, JsonElement json) throws IOException {
        json(status, Json.bytes(json));
    }

    /** Answers with a stream of events, which the caller then owns. */
    SseStream stream() throws IOException {
        setHeader("Content-Type", SseStream.TYPE);
        setHeader("Cache-Control", "no-store");
        // Proxies would otherwise hold events back.
        setHeader("X-Accel-Buffering", "no");
        deadlines.bound(() -> exchange.sendResponseHeaders(OK, 0));
        return new SseStream(exchange.getResponseBody(), deadlines);
    }

    /** Ends the exchange; what was not read or answered is dropped with its connection. */
    void close() {
        exchange.close();
    }
}
