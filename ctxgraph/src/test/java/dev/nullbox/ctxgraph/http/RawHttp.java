package dev.nullbox.ctxgraph.http;

import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Inet4Address;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** HTTP/1.1 as the test spells it, over a socket. */
public final class RawHttp implements AutoCloseable {
    public static final Inet4Address LOOPBACK = Inet4Address.ofLiteral("127.0.0.1");
    public static final List<String> MCP =
            List.of("Content-Type: application/json", "Accept: application/json, text/event-stream");

    private static final int TIMEOUT_MS = 60_000;

    private final Socket socket;
    private final InputStream in;

    /**
     * An answer as it came.
     *
     * @param headers by their names in lower case
     * @param body what came until its end, or nothing for a stream of events
     */
    public record Response(int status, Map<String, String> headers, String body) {
        public JsonObject json() {
            try {
                return Json.parse(body).getAsJsonObject();
            } catch (RpcException e) {
                throw new AssertionError("not JSON: " + body, e);
            }
        }

        public int errorCode() {
            return json().getAsJsonObject("error").get("code").getAsInt();
        }
    }

    public RawHttp(int port) throws IOException {
        socket = new Socket(LOOPBACK, port);
        socket.setSoTimeout(TIMEOUT_MS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    /** One request on a connection of its own. */
    public static Response call(int port, String method, String path, List<String> headers, String body)
            throws IOException {
        try (RawHttp http = new RawHttp(port)) {
            http.send(method, path, headers, body);
            return http.answer();
        }
    }

    /** A message to the endpoint of the Model Context Protocol, with further headers. */
    public static Response mcp(int port, String message, String... headers) throws IOException {
        List<String> all = new ArrayList<>(MCP);
        all.addAll(List.of(headers));
        return call(port, "POST", "/mcp", all, message);
    }

    public void send(String method, String path, List<String> headers, String body) throws IOException {
        int length = body.getBytes(StandardCharsets.UTF_8).length;
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        if (headers.stream().noneMatch(header -> header.startsWith("Host:"))) {
            head.append("Host: 127.0.0.1:").append(socket.getPort()).append("\r\n");
        }
        headers.forEach(header -> head.append(header).append("\r\n"));
        if (length > 0 || method.equals("POST")) {
            head.append("Content-Length: ").append(length).append("\r\n");
        }
        // In one piece: what comes in two would wait for the far side's delayed acknowledgement of the first.
        write(head + "\r\n" + body);
    }

    public void write(String text) throws IOException {
        socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Says that nothing more comes. */
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    public Response answer() throws IOException {
        String status = line();
        Map<String, String> headers = new TreeMap<>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            headers.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        int code = Integer.parseInt(status.split(" ", -1)[1]);
        String length = headers.getOrDefault("content-length", "0");
        byte[] body = in.readNBytes(Integer.parseInt(length));
        return new Response(code, headers, new String(body, StandardCharsets.UTF_8));
    }

    /** The next event of a chunked stream, comments left out: its lines, joined by line feeds. */
    String event() throws IOException {
        StringBuilder event = new StringBuilder();
        while (true) {
            int size = Integer.parseInt(line(), 16);
            if (size == 0) {
                throw new EOFException("the stream has ended");
            }
            String chunk = new String(in.readNBytes(size), StandardCharsets.UTF_8);
            line();
            event.append(chunk);
            if (chunk.endsWith("\n\n") && !chunk.startsWith(":")) {
                return event.substring(0, event.length() - 2);
            }
            if (chunk.startsWith(":")) {
                event.setLength(0);
            }
        }
    }

    /** Whether the far side ends the connection, and says nothing more before. */
    boolean ends() throws IOException {
        try {
            return in.read() < 0;
        } catch (SocketException e) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private String line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("the connection has ended after: " + line.toString(StandardCharsets.UTF_8));
            }
            if (c != '\r') {
                line.write(c);
            }
        }
        return line.toString(StandardCharsets.UTF_8);
    }
}
