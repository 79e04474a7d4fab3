package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.http.AgentHttpServer;
import dev.nullbox.ctxgraph.http.RawHttp;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.rpc.JsonRpcCodec;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoint's answers to what no proper client sends; what proper ones send is in {@link McpClientIT}. */
@Timeout(120)
class McpEndpointTest {
    private static final String META = "\"_meta\":{\"io.modelcontextprotocol/protocolVersion\":\"2026-07-28\","
            + "\"io.modelcontextprotocol/clientCapabilities\":{}}";
    private static final String VERSION = "MCP-Protocol-Version: 2026-07-28";

    @TempDir
    Path data;

    private TestMemory memory;
    private final List<AgentHttpServer> listeners = new ArrayList<>();
    private int port;

    @BeforeAll
    static void setBounds() {
        AgentHttpServer.setBounds();
    }

    @BeforeEach
    void open() throws Exception {
        memory = new TestMemory(data);
        port = listener(TestMemory.principal("ada"));
    }

    private int listener(Principal principal) throws IOException {
        AgentHttpServer listener =
                AgentHttpServer.open(principal, RawHttp.LOOPBACK, 0, memory.service(), McpEndpoint::new);
        listeners.add(listener);
        return listener.address().getPort();
    }

    @AfterEach
    void close() throws Exception {
        listeners.forEach(AgentHttpServer::close);
        memory.close();
    }

    private static String request(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"" + method + "\",\"params\":{" + params + "}}";
    }

    private static RawHttp.Response initialize(int port, String version) throws IOException {
        String params = "\"protocolVersion\":\"" + version
                + "\",\"capabilities\":{},\"clientInfo\":{\"name\":\"t\",\"version\":\"1\"}";
        return RawHttp.mcp(port, request("initialize", params));
    }

    private static String session(int port) throws IOException {
        RawHttp.Response answer = initialize(port, "2025-11-25");
        assertThat(answer.status()).isEqualTo(200);
        return "Mcp-Session-Id: " + answer.headers().get("mcp-session-id");
    }

    private JsonObject result(String message, String... headers) throws IOException {
        RawHttp.Response answer = RawHttp.mcp(port, message, headers);
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.headers()).containsEntry("content-type", "application/json");
        assertThat(answer.json().get("id").getAsInt()).isEqualTo(7);
        return answer.json().getAsJsonObject("result");
    }

    @ParameterizedTest
    @CsvSource({
        "2025-06-18, 2025-06-18",
        "2025-11-25, 2025-11-25",
        "2026-07-28, 2025-11-25",
        "2025-03-26, 2025-11-25",
        "tomorrow, 2025-11-25"
    })
    void agreesOnARevision(String asked, String agreed) throws IOException {
        JsonObject result = initialize(port, asked).json().getAsJsonObject("result");
        assertThat(result.get("protocolVersion").getAsString()).isEqualTo(agreed);
    }

    @Test
    void sessionsLiveUntilDeleted() throws IOException {
        String session = session(port);
        String note = "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}";
        RawHttp.Response accepted = RawHttp.mcp(port, note, session);
        assertThat(accepted.status()).isEqualTo(202);
        assertThat(accepted.body()).isEmpty();
        assertThat(RawHttp.mcp(port, "{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}", session)
                        .status())
                .isEqualTo(202);
        assertThat(result(request("ping", ""), session, "MCP-Protocol-Version: 2025-11-25")
                        .size())
                .isZero();
        assertThat(RawHttp.call(port, "DELETE", "/mcp", List.of(session), "").status())
                .isEqualTo(204);
        assertThat(RawHttp.mcp(port, request("ping", ""), session).status()).isEqualTo(404);
        assertThat(RawHttp.call(port, "DELETE", "/mcp", List.of(session), "").status())
                .isEqualTo(404);
    }

    @Test
    void sessionsAreOfOneDoor() throws IOException {
        int bob = listener(TestMemory.principal("bob"));
        assertThat(RawHttp.mcp(bob, request("ping", ""), session(port)).status())
                .isEqualTo(404);
    }

    @Test
    void wantsASessionWhereARevisionHasThem() throws IOException {
        RawHttp.Response none = RawHttp.mcp(port, request("tools/list", ""));
        assertThat(none.status()).isEqualTo(400);
        assertThat(none.body()).contains("Mcp-Session-Id", "initialize", "\"id\":7");
        assertThat(RawHttp.mcp(port, request("tools/list", ""), "Mcp-Session-Id: 00")
                        .status())
                .isEqualTo(404);
        assertThat(RawHttp.call(port, "GET", "/mcp", List.of("Accept: text/event-stream"), "")
                        .status())
                .isEqualTo(400);
        assertThat(RawHttp.mcp(port, "{\"jsonrpc\":\"2.0\",\"method\":\"notifications/initialized\"}")
                        .status())
                .isEqualTo(400);
    }

    /** Clients repeat what says that it may be repeated; a condition that the first call ended is not met by the second. */
    @Test
    void saysWhatMayBeRepeated() throws IOException {
        JsonObject hints = new JsonObject();
        for (JsonElement tool : result(request("tools/list", ""), session(port)).getAsJsonArray("tools")) {
            JsonObject described = tool.getAsJsonObject();
            hints.add(
                    described.get("name").getAsString(),
                    described.getAsJsonObject("annotations").get("idempotentHint"));
        }
        assertThat(hints.get("put").getAsBoolean()).isTrue();
        assertThat(hints.get("compare_and_set").getAsBoolean()).isFalse();
    }

    @Test
    void forgetsTheSessionIdleLongest() throws IOException {
        String first = session(port);
        String second = session(port);
        result(request("ping", ""), first);
        for (int i = 2; i < McpSessions.MAX; i++) {
            session(port);
        }
        session(port);
        assertThat(RawHttp.mcp(port, request("ping", ""), second).status()).isEqualTo(404);
        result(request("ping", ""), first);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "nonsense|-32700",
                "''|-32700",
                "{\"jsonrpc\":\"2.0\",\"jsonrpc\":\"2.0\"}|-32700",
                "[]|-32600",
                "7|-32600",
                "{}|-32600",
                "{\"jsonrpc\":\"1.0\",\"id\":7,\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":7}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":null,\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":1.5,\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":{},\"method\":\"ping\"}|-32600",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"ping\",\"params\":[]}|-32602",
                "{\"jsonrpc\":\"2.0\",\"id\":7,\"method\":\"initialize\"}|-32602",
            })
    void refusesWhatIsNoMessage(String body, int code) throws IOException {
        RawHttp.Response answer = RawHttp.mcp(port, body);
        assertThat(answer.status()).as(answer.body()).isEqualTo(400);
        assertThat(answer.errorCode()).isEqualTo(code);
    }

    @Test
    void refusesDeepAndManyValues() throws IOException {
        assertThat(RawHttp.mcp(port, "[".repeat(100_000)).errorCode()).isEqualTo(-32700);
        assertThat(RawHttp.mcp(port, "[" + "{},".repeat(200_000) + "{}]").errorCode())
                .isEqualTo(-32700);
    }

    @Test
    void refusesOtherVerbsTypesAndPaths() throws IOException {
        RawHttp.Response put = RawHttp.call(port, "PUT", "/mcp", RawHttp.MCP, "{}");
        assertThat(put.status()).isEqualTo(405);
        assertThat(put.headers()).containsEntry("allow", "GET, POST, DELETE");
        String ping = request("ping", "");
        List<String> accept = List.of("Accept: application/json, text/event-stream");
        assertThat(RawHttp.call(port, "POST", "/mcp", accept, ping).status()).isEqualTo(415);
        for (String type : List.of("text/plain", "application/json; charset=latin1", "application/jsonp")) {
            List<String> headers = List.of("Accept: */*", "Content-Type: " + type);
            assertThat(RawHttp.call(port, "POST", "/mcp", headers, ping).status())
                    .isEqualTo(415);
        }
        for (String range : List.of("application/json", "text/event-stream", "text/html", "*/*;q=0")) {
            List<String> headers = List.of("Content-Type: application/json", "Accept: " + range);
            assertThat(RawHttp.call(port, "POST", "/mcp", headers, ping).status())
                    .as(range)
                    .isEqualTo(406);
        }
        // What is allowed is the same with other words.
        for (String range : List.of("*/*", "application/*, text/*;q=0.1", "TEXT/event-stream,application/JSON")) {
            List<String> headers = List.of("Content-Type: Application/JSON; charset=UTF-8", "Accept: " + range);
            assertThat(RawHttp.call(port, "POST", "/mcp", headers, ping).status())
                    .as(range)
                    .isEqualTo(400);
        }
        assertThat(RawHttp.call(port, "POST", "/mcp/", RawHttp.MCP, ping).status())
                .isEqualTo(404);
        assertThat(RawHttp.call(port, "POST", "/mcp/a//b", RawHttp.MCP, ping).status())
                .isEqualTo(404);
        assertThat(RawHttp.call(port, "POST", "/mcp/" + "a".repeat(200), RawHttp.MCP, ping)
                        .status())
                .isEqualTo(404);
    }

    @Test
    void refusesPagesOfOtherOrigins() throws IOException {
        for (String origin : List.of("http://evil.example:" + port, "null", "http://127.0.0.1", "https://127.0.0.1")) {
            RawHttp.Response answer = RawHttp.mcp(port, request("ping", ""), "Origin: " + origin);
            assertThat(answer.status()).as(origin).isEqualTo(403);
        }
        assertThat(RawHttp.mcp(port, request("ping", ""), "Origin: http://127.0.0.1:" + port)
                        .status())
                .isEqualTo(400);
    }

    /** A page whose name was made to point here asked for /watch without an Origin, as browsers do, and was let in. */
    @Test
    void refusesPagesOfNamesThatPointHere() throws IOException {
        for (String host : List.of("evil.example:" + port, "localhost:" + port, "127.0.0.1:" + (port + 1), "")) {
            for (String path : List.of("/watch", "/mcp", "/rpc")) {
                RawHttp.Response answer = RawHttp.call(port, "GET", path, List.of("Host: " + host), "");
                assertThat(answer.status()).as(host + path).isEqualTo(403);
            }
        }
        List<String> twice = List.of("Host: 127.0.0.1", "Host: 127.0.0.1");
        assertThat(RawHttp.call(port, "GET", "/rpc", twice, "").status()).isIn(400, 403);
        for (String host : List.of("127.0.0.1", "127.0.0.1:" + port)) {
            assertThat(RawHttp.call(port, "GET", "/rpc", List.of("Host: " + host), "")
                            .status())
                    .isEqualTo(405);
        }
    }

    @Test
    void boundsBodies() throws IOException {
        String tooLarge = " ".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES + 1);
        assertThat(RawHttp.mcp(port, tooLarge).status()).isEqualTo(413);
        try (RawHttp http = new RawHttp(port)) {
            http.write("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n"
                    + String.join("\r\n", RawHttp.MCP) + "\r\n\r\n");
            for (int i = 0; i < 17; i++) {
                http.write("10000\r\n" + " ".repeat(1 << 16) + "\r\n");
            }
            assertThat(http.answer().status()).isEqualTo(413);
        }
    }

    @Test
    void standsAloneOnlyWithAllThatItNeeds() throws IOException {
        String discover = request("server/discover", META);
        String method = "Mcp-Method: server/discover";
        JsonObject result = result(discover, VERSION, method);
        assertThat(result.get("resultType").getAsString()).isEqualTo("complete");
        assertThat(result.getAsJsonArray("supportedVersions").get(0).getAsString())
                .isEqualTo("2026-07-28");
        assertError(RawHttp.mcp(port, discover, method), 400, -32020);
        assertError(RawHttp.mcp(port, discover, VERSION), 400, -32020);
        assertError(RawHttp.mcp(port, discover, VERSION, "Mcp-Method: tools/list"), 400, -32020);
        assertError(RawHttp.mcp(port, discover, "MCP-Protocol-Version: 2025-11-25", method), 400, -32020);
        assertError(RawHttp.mcp(port, request("server/discover", ""), VERSION, method), 400, -32602);
        String bare = META.replace(",\"io.modelcontextprotocol/clientCapabilities\":{}", "");
        assertError(RawHttp.mcp(port, request("server/discover", bare), VERSION, method), 400, -32602);
        assertError(RawHttp.mcp(port, request("ping", META), VERSION, "Mcp-Method: ping"), 404, -32601);
        String other = META.replace("2026-07-28", "2099-01-01");
        RawHttp.Response unsupported =
                RawHttp.mcp(port, request("server/discover", other), "MCP-Protocol-Version: 2099-01-01", method);
        assertError(unsupported, 400, -32022);
        assertThat(unsupported.body())
                .contains(
                        "\"supported\":[\"2026-07-28\",\"2025-11-25\",\"2025-06-18\"]", "\"requested\":\"2099-01-01\"");
    }

    @ParameterizedTest
    @CsvSource({
        "get, true",
        "=?base64?Z2V0?=, true",
        "put, false",
        "=?base64?cHV0?=, false",
        "=?base64?%%?=, false",
        "=?base64?=, false",
        "'', false"
    })
    void comparesTheToolsName(String header, boolean right) throws IOException {
        String call = request("tools/call", "\"name\":\"get\",\"arguments\":{}," + META);
        RawHttp.Response answer = RawHttp.mcp(port, call, VERSION, "Mcp-Method: tools/call", "Mcp-Name: " + header);
        assertThat(answer.status()).as(answer.body()).isEqualTo(right ? 200 : 400);
        if (!right) {
            assertThat(answer.errorCode()).isEqualTo(-32020);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"name\":7",
                "\"arguments\":{}",
                "\"name\":\"nothing\",\"arguments\":{}",
                "\"cursor\":\"x\",\"name\":7"
            })
    void namesTheParameterAtFault(String params) throws IOException {
        RawHttp.Response answer = RawHttp.mcp(port, request("tools/call", params), session(port));
        assertError(answer, 200, -32602);
        assertThat(answer.body()).contains("\"field\":\"name\"");
    }

    @Test
    void argumentsThatAreNoObjectAreTheToolsError() throws IOException {
        JsonObject result = result(request("tools/call", "\"name\":\"read_graph\",\"arguments\":[]"), session(port));
        assertThat(result.get("isError").getAsBoolean()).isTrue();
        assertThat(result.toString()).contains("arguments: must be an object, not an array");
    }

    @Test
    void anotherSpacesGraphNeedsAGrant() throws IOException {
        int granted = listener(TestMemory.principal("bob", "team/*"));
        String create = request(
                "tools/call",
                "\"name\":\"create_entities\",\"arguments\":{\"entities\":"
                        + "[{\"name\":\"Plan\",\"entityType\":\"t\",\"observations\":[]}]}");
        String read = request("tools/call", "\"name\":\"read_graph\",\"arguments\":{}");
        String session = session(port);
        assertThat(inTeam(port, create, session)).contains("\"isError\":true", "\"detail\":\"SCOPE\"");
        assertThat(inTeam(port, read, session)).contains("\"isError\":true", "\"detail\":\"SCOPE\"");
        assertThat(inTeam(granted, create, session(granted))).contains("Plan").doesNotContain("isError");
        assertThat(memory.events())
                .contains("\"event\":\"memory.write\",\"agent\":\"bob\"", "\"key\":\"team/graph/entities/Plan\"");
        assertThat(inTeam(granted, read, session(granted))).contains("Plan");
        // And the own graph is another one.
        assertThat(RawHttp.mcp(granted, read, session(granted)).body()).doesNotContain("Plan");
    }

    private static String inTeam(int port, String message, String session) throws IOException {
        List<String> headers = new ArrayList<>(RawHttp.MCP);
        headers.add(session);
        return RawHttp.call(port, "POST", "/mcp/team", headers, message).body();
    }

    private static void assertError(RawHttp.Response answer, int status, int code) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(status);
        assertThat(answer.errorCode()).as(answer.body()).isEqualTo(code);
        assertThat(answer.json().get("id").getAsInt()).isEqualTo(7);
    }
}
