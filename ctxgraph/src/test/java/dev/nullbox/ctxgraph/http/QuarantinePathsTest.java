package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.Quarantines;
import dev.nullbox.rpc.Json;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Every method by which an agent can read a value, through its listener: each returns free values and no quarantined
 * one, and each returns it again once it is released. Methods with many values leave out the quarantined ones; those
 * with one value say why they refuse it.
 */
class QuarantinePathsTest {
    private static final String CONTENT = "contagion";
    private static final String IN_BASE_64 =
            Base64.getEncoder().encodeToString(CONTENT.getBytes(StandardCharsets.US_ASCII));
    private static final PrincipalName WRITER = new PrincipalName("bob");

    /** Methods with many values: they leave out a quarantined one. */
    private static final List<String> LEAVE_OUT =
            List.of("search", "nearest", "read_graph", "search_nodes", "search tool", "resource graph", "entries");

    @TempDir
    private Path directory;

    private TestMemory memory;
    private AgentHttpServer writer;
    private AgentHttpServer reader;
    private String id;
    private String blobId;

    @BeforeEach
    void aValueOfEachKind() throws Exception {
        AgentHttpServer.setBounds();
        memory = new TestMemory(directory);
        writer = AgentHttpServer.open(
                TestMemory.principal("bob"), RawHttp.LOOPBACK, 0, memory.service(), McpEndpoint::new);
        reader = AgentHttpServer.open(
                TestMemory.principal("ada", "bob/*"), RawHttp.LOOPBACK, 0, memory.service(), McpEndpoint::new);
        id = result(rpc(
                        writer,
                        "memory.put",
                        "\"key\":\"bob/note\",\"value\":\"" + CONTENT + "\",\"vector\":[1.0,0.0]"))
                .get("id")
                .getAsString();
        String chunk = result(rpc(writer, "memory.chunk.put", "\"data\":\"" + IN_BASE_64 + "\""))
                .get("chunk")
                .getAsString();
        blobId = result(rpc(writer, "memory.put", "\"key\":\"bob/film\",\"blob\":{\"chunks\":[\"" + chunk + "\"]}"))
                .get("id")
                .getAsString();
        assertThat(tool(
                        writer,
                        "",
                        "create_entities",
                        "{\"entities\":[{\"name\":\"e\",\"entityType\":\"t\",\"observations\":[\"" + CONTENT
                                + "\"]}]}"))
                .contains(CONTENT);
    }

    @AfterEach
    void close() throws Exception {
        writer.close();
        reader.close();
        memory.close();
    }

    @Test
    void noWayLeadsToWhatIsHeldBackAndEachLeadsToItAgainAfterwards() throws Exception {
        assertThat(answers())
                .allSatisfy((way, answer) -> assertThat(answer).as(way).containsAnyOf(CONTENT, IN_BASE_64));
        Quarantines.Held held = memory.memory()
                .committer()
                .change(writes -> Quarantines.put(writes, new Source.ByAgent(WRITER), "test"));
        assertThat(held.nodes()).isGreaterThanOrEqualTo(3);
        assertThat(answers()).allSatisfy((way, answer) -> {
            assertThat(answer).as(way).doesNotContain(CONTENT, IN_BASE_64);
            assertThat(answer.contains("QUARANTINED")).as(way + ": " + answer).isEqualTo(!LEAVE_OUT.contains(way));
        });
        String child = rpc(reader, "memory.put", "\"key\":\"child\",\"value\":1,\"parents\":[\"" + id + "\"]");
        String read = rpc(reader, "memory.get", "\"key\":\"child\"");
        assertThat(child + read).as("what comes from it").contains("QUARANTINED");
        memory.memory().committer().change(writes -> Quarantines.release(writes, held.quarantine()));
        assertThat(answers())
                .allSatisfy((way, answer) -> assertThat(answer).as(way).containsAnyOf(CONTENT, IN_BASE_64));
    }

    /** The tools and resources of the protocol keep their parameters: there the address says it. */
    @Test
    void noToolGivesWhatTheReaderWantsNothingOf() throws Exception {
        String clean = "?not_influenced_by=eve," + "0".repeat(64);
        assertThat(viaMcp(clean))
                .allSatisfy((way, answer) -> assertThat(answer).as(way).containsAnyOf(CONTENT, IN_BASE_64));
        assertThat(viaMcp("?not_influenced_by=eve,bob")).allSatisfy((way, answer) -> {
            assertThat(answer).as(way).doesNotContain(CONTENT, IN_BASE_64);
            assertThat(answer.contains("INFLUENCED")).as(way + ": " + answer).isEqualTo(!LEAVE_OUT.contains(way));
        });
        assertThat(RawHttp.call(
                                reader.address().getPort(),
                                "POST",
                                "/mcp/bob?not_influenced_by=no/name",
                                RawHttp.MCP,
                                "{}")
                        .body())
                .contains("not_influenced_by: give up to");
    }

    private Map<String, String> answers() throws Exception {
        Map<String, String> answers = viaMcp("");
        answers.put("get", rpc(reader, "memory.get", "\"key\":\"bob/note\""));
        answers.put("get by id", rpc(reader, "memory.get", "\"id\":\"" + id + "\""));
        answers.put("chunk.get", rpc(reader, "memory.chunk.get", "\"id\":\"" + blobId + "\",\"index\":0"));
        answers.put("search", rpc(reader, "memory.search", "\"text\":\"" + CONTENT + "\",\"prefix\":\"bob/\""));
        answers.put("nearest", rpc(reader, "memory.search", "\"vector\":[1.0,0.0],\"prefix\":\"bob/\""));
        List<String> entries = new ArrayList<>();
        for (Memory.Entry entry :
                memory.memory().entries(reader.principal(), "bob/", "", 100).items()) {
            entries.add(entry.node().value().toString());
        }
        answers.put("entries", String.join("\n", entries));
        return answers;
    }

    private Map<String, String> viaMcp(String query) throws IOException {
        Map<String, String> answers = new TreeMap<>();
        answers.put("get tool", tool(reader, query, "get", "{\"key\":\"bob/note\"}"));
        answers.put("get_chunk tool", tool(reader, query, "get_chunk", "{\"id\":\"" + blobId + "\",\"index\":0}"));
        answers.put("search tool", tool(reader, query, "search", "{\"text\":\"" + CONTENT + "\"}"));
        answers.put("read_graph", tool(reader, query, "read_graph", "{}"));
        answers.put("search_nodes", tool(reader, query, "search_nodes", "{\"query\":\"e\"}"));
        answers.put("open_nodes", tool(reader, query, "open_nodes", "{\"names\":[\"e\"]}"));
        answers.put("resource", mcp(reader, query, "resources/read", "{\"uri\":\"memory://keys/bob/note\"}"));
        answers.put("resource graph", mcp(reader, query, "resources/read", "{\"uri\":\"memory://knowledge-graph\"}"));
        return answers;
    }

    private static String rpc(AgentHttpServer listener, String method, String parameters) throws IOException {
        return RawHttp.call(
                        listener.address().getPort(),
                        "POST",
                        "/rpc",
                        List.of(),
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":{" + parameters + "}}")
                .body();
    }

    private static JsonObject result(String answer) throws Exception {
        return Json.parse(answer).getAsJsonObject().getAsJsonObject("result");
    }

    private static String tool(AgentHttpServer listener, String query, String name, String arguments)
            throws IOException {
        return mcp(listener, query, "tools/call", "{\"name\":\"" + name + "\",\"arguments\":" + arguments + "}");
    }

    /** In the writer's graph. */
    private static String mcp(AgentHttpServer listener, String query, String method, String parameters)
            throws IOException {
        int port = listener.address().getPort();
        RawHttp.Response begun = RawHttp.call(port, "POST", "/mcp/bob" + query, RawHttp.MCP, """
                {"jsonrpc":"2.0","id":0,"method":"initialize","params":{"protocolVersion":"2025-11-25",
                 "capabilities":{},"clientInfo":{"name":"test","version":"1"}}}""");
        List<String> headers = new ArrayList<>(RawHttp.MCP);
        headers.add("Mcp-Session-Id: " + begun.headers().get("mcp-session-id"));
        return RawHttp.call(
                        port,
                        "POST",
                        "/mcp/bob" + query,
                        headers,
                        "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + parameters + "}")
                .body();
    }
}
