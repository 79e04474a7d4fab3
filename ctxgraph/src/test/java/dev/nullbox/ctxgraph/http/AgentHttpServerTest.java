package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.memory.KeyGlob;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.store.PreparedWrite;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.Inet4Address;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class AgentHttpServerTest {
    private static final Inet4Address LOOPBACK = Inet4Address.ofLiteral("127.0.0.1");

    @TempDir
    Path directory;

    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private final List<AutoCloseable> open = new ArrayList<>();
    private MemoryMethods service;
    private int ada;
    private int bob;

    @BeforeAll
    static void setBounds() {
        AgentHttpServer.setBounds();
    }

    @BeforeEach
    void listen() throws Exception {
        SqliteMemory store = SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime);
        service = new MemoryMethods(store, new EventSink(events));
        ada = listen("ada");
        bob = listen("bob");
        open.add(store);
    }

    private int listen(String agent) throws IOException {
        AgentHttpServer listener = AgentHttpServer.open(
                Principal.ofName(new PrincipalName(agent)), LOOPBACK, 0, service, McpEndpoint::new);
        open.add(listener);
        return listener.address().getPort();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open) {
            one.close();
        }
    }

    private record Response(int status, String type, String allow, String body) {}

    private static Response send(int port, String method, String path, String body, boolean streamed)
            throws IOException {
        HttpURLConnection connection = (HttpURLConnection)
                URI.create("http://127.0.0.1:" + port + path).toURL().openConnection();
        connection.setRequestMethod(method);
        connection.setConnectTimeout(30_000);
        connection.setReadTimeout(30_000);
        if (method.equals("POST")) {
            byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
            connection.setDoOutput(true);
            if (streamed) {
                connection.setChunkedStreamingMode(8_192);
            }
            try (OutputStream out = connection.getOutputStream()) {
                out.write(bytes);
            }
        }
        int status = connection.getResponseCode();
        try (InputStream in = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
            return new Response(
                    status,
                    String.valueOf(connection.getHeaderField("Content-Type")),
                    String.valueOf(connection.getHeaderField("Allow")),
                    in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8));
        }
    }

    private static Response post(int port, String body) throws IOException {
        return send(port, "POST", "/rpc", body, false);
    }

    private static String request(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private JsonObject result(int port, String method, String params) throws Exception {
        Response response = post(port, request(method, params));
        assertThat(response.status()).isEqualTo(200);
        assertThat(response.type()).isEqualTo("application/json");
        JsonObject reply = Json.parse(response.body()).getAsJsonObject();
        assertThat(reply.has("result")).as(response.body()).isTrue();
        return reply.getAsJsonObject("result");
    }

    private String error(int port, String method, String params) throws Exception {
        return post(port, request(method, params)).body();
    }

    @Test
    void putsAndGets() throws Exception {
        JsonObject written =
                result(ada, "memory.put", "{\"key\":\"ada/notes/a\",\"value\":{\"b\":[1,2.50,\"ü\"],\"a\":null}}");
        String id = written.get("id").getAsString();
        for (String params : List.of("{\"key\":\"ada/notes/a\"}", "{\"id\":\"" + id + "\"}")) {
            JsonObject read = result(ada, "memory.get", params);
            assertThat(read.get("id").getAsString()).isEqualTo(id);
            assertThat(read.get("key").getAsString()).isEqualTo("ada/notes/a");
            assertThat(read.get("seq").getAsLong()).isEqualTo(1);
            assertThat(Json.write(read.get("value"))).isEqualTo("{\"a\":null,\"b\":[1,2.5,\"ü\"]}");
        }
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("\"event\":\"memory.write\"", "\"agent\":\"ada\"", "\"key\":\"ada/notes/a\"", id);
    }

    @Test
    void knowsTheAgentByTheDoor() throws Exception {
        String id = result(ada, "memory.put", "{\"key\":\"k\",\"value\":1}")
                .get("id")
                .getAsString();
        assertThat(error(bob, "memory.get", "{\"key\":\"k\"}")).contains("-32002");
        assertThat(error(bob, "memory.get", "{\"key\":\"ada/k\"}")).contains("-32001", "SCOPE");
        assertThat(error(bob, "memory.get", "{\"id\":\"" + id + "\"}")).contains("-32002");
        assertThat(error(bob, "memory.put", "{\"agent\":\"ada\",\"key\":\"k\",\"value\":2}"))
                .contains("-32602", "\"field\":\"agent\"");
        assertThat(result(ada, "memory.get", "{\"key\":\"k\"}").get("value").getAsInt())
                .isEqualTo(1);
    }

    @Test
    void namesTheFieldAtFault() throws Exception {
        assertThat(error(ada, "memory.put", "{\"value\":1}")).contains("MISSING", "\"field\":\"key\"");
        assertThat(error(ada, "memory.put", "{\"key\":\"k\"}")).contains("MISSING", "\"field\":\"value\"");
        assertThat(error(ada, "memory.put", "{\"key\":\"/k\",\"value\":1}")).contains("SYNTAX", "\"field\":\"key\"");
        assertThat(error(ada, "memory.put", "{\"key\":\"k\",\"value\":9007199254740993}"))
                .contains("NUMBER", "\"field\":\"value\"");
        assertThat(error(ada, "memory.put", "{\"key\":\"k\",\"value\":1,\"x\":1}"))
                .contains("UNKNOWN", "\"field\":\"x\"");
        assertThat(error(ada, "memory.get", "{}")).contains("KEY_OR_ID");
        assertThat(error(ada, "memory.get", "{\"id\":\"xyz\"}")).contains("SYNTAX", "\"field\":\"id\"");
        assertThat(error(ada, "memory.attach", "{}")).contains("-32601");
        assertThat(post(ada, "nonsense").body()).contains("-32700");
        assertThat(post(ada, "").body()).contains("-32700");
    }

    @Test
    void refusesOtherPathsAndVerbs() throws Exception {
        assertThat(send(ada, "GET", "/", "", false).status()).isEqualTo(404);
        assertThat(send(ada, "POST", "/rpc/x", "{}", false).status()).isEqualTo(404);
        Response get = send(ada, "GET", "/rpc", "", false);
        assertThat(get.status()).isEqualTo(405);
        assertThat(get.allow()).isEqualTo("POST");
        assertThat(post(ada, "{\"jsonrpc\":\"2.0\",\"method\":\"memory.put\",\"params\":{\"key\":\"n\",\"value\":1}}")
                        .status())
                .isEqualTo(204);
        assertThat(result(ada, "memory.get", "{\"key\":\"n\"}").get("value").getAsInt())
                .isEqualTo(1);
    }

    @Test
    void boundsBodiesAndValues() throws Exception {
        String largest = "v".repeat(PreparedWrite.MAX_VALUE_BYTES - 2);
        result(ada, "memory.put", "{\"key\":\"k\",\"value\":\"" + largest + "\"}");
        assertThat(result(ada, "memory.get", "{\"key\":\"k\"}").get("value").getAsString())
                .isEqualTo(largest);
        assertThat(error(ada, "memory.put", "{\"key\":\"k\",\"value\":\"" + largest + "v\"}"))
                .contains("VALUE_TOO_LARGE", "\"field\":\"value\"");
        String tooLarge = " ".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES + 1);
        for (boolean streamed : new boolean[] {false, true}) {
            Response refused = send(ada, "POST", "/rpc", tooLarge, streamed);
            assertThat(refused.status()).isEqualTo(413);
            assertThat(refused.body()).contains("BODY_TOO_LARGE");
        }
    }

    /** Refusals used to be as fast as could be, and took the processor from who was within its quota. */
    @Test
    void refusesBeyondTheQuotaAtItsOwnPace() throws Exception {
        Principal poor = new Principal(
                new PrincipalName("poor"),
                1,
                "",
                Principal.ownSpace(new PrincipalName("poor")),
                List.of(new KeyGlob("*")),
                8_192,
                2,
                List.of());
        AgentHttpServer listener = AgentHttpServer.open(poor, LOOPBACK, 0, service, McpEndpoint::new);
        open.addFirst(listener);
        int port = listener.address().getPort();
        assertThat(error(port, "memory.put", "{\"key\":\"k\",\"value\":\"" + "x".repeat(8_192) + "\"}"))
                .contains("QUOTA_SPACE");
        result(port, "memory.put", "{\"key\":\"k\",\"value\":1}");
        long begunNanos = System.nanoTime();
        for (int i = 0; i < 5; i++) {
            assertThat(error(port, "memory.put", "{\"key\":\"k\",\"value\":1}")).contains("QUOTA_RATE");
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begunNanos))
                .isGreaterThanOrEqualTo(500);
        assertThat(result(port, "memory.get", "{\"key\":\"k\"}").get("value").getAsInt())
                .isEqualTo(1);
    }

    /** Ada fills her own listener with connections that stop in the middle of a request; Bob does not notice. */
    @Test
    void oneAgentsStalledConnectionsLeaveTheOthersAlone() throws Exception {
        List<Socket> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 60; i++) {
                Socket socket = new Socket(LOOPBACK, ada);
                stalled.add(socket);
                socket.getOutputStream()
                        .write("POST /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{"
                                .getBytes(StandardCharsets.US_ASCII));
            }
            result(bob, "memory.put", "{\"key\":\"k\",\"value\":1}");
        } finally {
            for (Socket socket : stalled) {
                socket.close();
            }
        }
        // And the listener recovers once it has noticed that they are gone.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!isServed(ada)) {
            assertThat(System.nanoTime())
                    .as("the listener to recover within 20 s")
                    .isLessThan(deadline);
        }
    }

    private boolean isServed(int port) throws Exception {
        try {
            result(port, "memory.put", "{\"key\":\"k\",\"value\":1}");
            return true;
        } catch (SocketException full) {
            return false;
        }
    }
}
