package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.http.AgentHttpServer;
import dev.nullbox.ctxgraph.http.RawHttp;
import dev.nullbox.rpc.Json;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The official clients against the listener; the assertions are in the scripts of {@code src/test/mcp}. */
@Timeout(900)
class McpClientIT {
    @TempDir
    static Path directory;

    private static McpClients clients;

    @TempDir
    Path data;

    private TestMemory memory;
    private AgentHttpServer listener;
    private String url;

    @BeforeAll
    static void install() throws Exception {
        AgentHttpServer.setBounds();
        clients = McpClients.install(directory);
    }

    @AfterAll
    static void uninstall() throws Exception {
        clients.close();
    }

    @BeforeEach
    void open() throws Exception {
        memory = new TestMemory(data);
        listener = AgentHttpServer.open(
                TestMemory.principal("ada"), RawHttp.LOOPBACK, 0, memory.service(), McpEndpoint::new);
        url = "http://127.0.0.1:" + listener.address().getPort() + "/mcp";
    }

    @AfterEach
    void close() throws Exception {
        listener.close();
        memory.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "auto", "session", "older"})
    void answersAsTheReferenceServer(String way) throws Exception {
        assertThat(clients.node("like-reference.mjs", way, url, "4711"))
                .contains("like the reference: 9 tools, 150 calls");
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "session", "older"})
    void servesTheStoreAndSubscriptions(String way) throws Exception {
        String revision = way.equals("modern") ? "2026-07-28" : "2025-11-25";
        assertThat(clients.node("session.mjs", way, url)).contains("session: " + revision);
    }

    @ParameterizedTest
    @ValueSource(strings = {"modern", "session"})
    void losesNoFactOfManyWriters(String way) throws Exception {
        assertThat(clients.node("writers.mjs", way, url, "8", "25")).contains("writers: 200 facts by 8 clients");
    }

    @Test
    void answersTheInspector() throws Exception {
        String tools = clients.inspector(url, "--method", "tools/list");
        assertThat(tools).contains("\"create_entities\"", "\"compare_and_set\"");
        clients.inspector(
                url, "--method", "tools/call", "--tool-name", "put", "--tool-arg", "key=notes", "value=hello");
        String got = clients.inspector(url, "--method", "tools/call", "--tool-name", "get", "--tool-arg", "key=notes");
        JsonObject result = Json.parse(got).getAsJsonObject();
        assertThat(result.getAsJsonObject("structuredContent").get("value").getAsString())
                .isEqualTo("hello");
    }
}
