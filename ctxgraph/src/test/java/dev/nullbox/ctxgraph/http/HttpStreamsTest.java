package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import java.io.IOException;
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

/** Streams of events, many clients and clients that stop in the middle, at the listeners of two agents. */
@Timeout(180)
class HttpStreamsTest {
    private static final List<String> EVENTS = List.of("Accept: text/event-stream");
    private static final String INITIALIZE = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"initialize\","
            + "\"params\":{\"protocolVersion\":\"2025-11-25\",\"capabilities\":{}}}";

    private final Principal ada = TestMemory.principal("ada");
    private final Principal bob = TestMemory.principal("bob");

    @TempDir
    Path data;

    private final List<AutoCloseable> open = new ArrayList<>();
    private Memory memory;
    private AgentHttpServer adasDoor;
    private int adas;
    private int bobs;

    @BeforeAll
    static void setBounds() {
        AgentHttpServer.setBounds();
    }

    @BeforeEach
    void openDoors() throws Exception {
        TestMemory store = new TestMemory(data);
        open.add(store);
        memory = store.memory();
        adasDoor = AgentHttpServer.open(ada, RawHttp.LOOPBACK, 0, store.service(), McpEndpoint::new);
        AgentHttpServer bobsDoor = AgentHttpServer.open(bob, RawHttp.LOOPBACK, 0, store.service(), McpEndpoint::new);
        open.add(adasDoor);
        open.add(bobsDoor);
        adas = adasDoor.address().getPort();
        bobs = bobsDoor.address().getPort();
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private RawHttp connect(int port) throws IOException {
        RawHttp http = new RawHttp(port);
        open.add(http);
        return http;
    }

    private RawHttp watch(String query, String... headers) throws IOException {
        RawHttp http = connect(adas);
        List<String> all = new ArrayList<>(EVENTS);
        all.addAll(List.of(headers));
        http.send("GET", "/watch" + query, all, "");
        RawHttp.Response answer = http.answer();
        assertThat(answer.status()).isEqualTo(200);
        assertThat(answer.headers())
                .containsEntry("content-type", "text/event-stream")
                .containsEntry("cache-control", "no-store");
        return http;
    }

    private void put(Principal principal, String key, int value) throws Exception {
        memory.put(principal, Put.of(new MemoryKey(key), new JsonPrimitive(value)));
    }

    private static String session(int port) throws IOException {
        return "Mcp-Session-Id: " + RawHttp.mcp(port, INITIALIZE).headers().get("mcp-session-id");
    }

    private void assertServed(int port) throws IOException {
        assertThat(RawHttp.mcp(port, INITIALIZE).status()).isEqualTo(200);
    }

    @Test
    void tellsOfWritesBelowAPrefix() throws Exception {
        RawHttp events = watch("?prefix=ada/notes/");
        put(ada, "ada/other", 1);
        put(bob, "bob/notes/x", 2);
        put(ada, "ada/notes/x", 3);
        String event = events.event();
        assertThat(event).startsWith("event: write\nid: 3\ndata: {").contains("\"key\":\"ada/notes/x\"", "\"seq\":3");
        memory.delete(ada, new MemoryKey("ada/notes/x"));
        assertThat(events.event()).contains("id: 4\n", "\"kind\":\"tombstone\"");
    }

    @Test
    void resumesWithoutAGap() throws Exception {
        put(ada, "ada/a", 1);
        put(ada, "ada/b", 2);
        put(ada, "ada/c", 3);
        assertThat(watch("?after=1").event()).contains("id: 2\n");
        RawHttp resumed = watch("", "Last-Event-ID: 1");
        assertThat(resumed.event()).contains("id: 2\n");
        assertThat(resumed.event()).contains("id: 3\n");
        assertThat(watch("?after=0&prefix=ada%2Fc").event()).contains("\"key\":\"ada/c\"");
    }

    @Test
    void refusesToWatchByOtherWords() throws Exception {
        for (String query : List.of("?after=-1", "?after=x", "?after=99999999999999999999")) {
            RawHttp.Response refused = RawHttp.call(adas, "GET", "/watch" + query, EVENTS, "");
            assertThat(refused.status()).as(query).isEqualTo(400);
            assertThat(refused.body()).contains("\"field\":\"" + query.substring(1, query.indexOf('=')) + "\"");
        }
        assertThat(RawHttp.call(adas, "POST", "/watch", EVENTS, "").status()).isEqualTo(405);
        assertThat(RawHttp.call(adas, "GET", "/watch", List.of("Accept: application/json"), "")
                        .status())
                .isEqualTo(406);
    }

    @Test
    void aSessionHasOneStreamAndResumesIt() throws Exception {
        String session = session(adas);
        String subscribe = "{\"jsonrpc\":\"2.0\",\"id\":2,\"method\":\"resources/subscribe\","
                + "\"params\":{\"uri\":\"memory://keys/ada/notes/*\"}}";
        assertThat(RawHttp.mcp(adas, subscribe, session).status()).isEqualTo(200);
        List<String> headers = List.of(EVENTS.getFirst(), session);
        RawHttp first = connect(adas);
        first.send("GET", "/mcp", headers, "");
        assertThat(first.answer().status()).isEqualTo(200);
        assertThat(first.event()).isEqualTo("id: 0\ndata: ");
        RawHttp second = connect(adas);
        second.send("GET", "/mcp", headers, "");
        assertThat(second.answer().status()).isEqualTo(200);
        assertThat(first.event()).isEqualTo("retry: 1000");
        assertThat(second.event()).isEqualTo("id: 0\ndata: ");
        put(ada, "ada/notes/x", 1);
        assertThat(second.event())
                .isEqualTo("event: message\nid: 1\ndata: {\"jsonrpc\":\"2.0\",\"method\":"
                        + "\"notifications/resources/updated\",\"params\":{\"uri\":\"memory://keys/ada/notes/*\"}}");
        put(ada, "ada/notes/y", 2);
        RawHttp resumed = connect(adas);
        resumed.send("GET", "/mcp", List.of(EVENTS.getFirst(), session, "Last-Event-ID: 1"), "");
        assertThat(resumed.answer().status()).isEqualTo(200);
        assertThat(resumed.event()).isEqualTo("id: 1\ndata: ");
        assertThat(resumed.event()).startsWith("event: message\nid: 2\n");
        assertThat(RawHttp.call(adas, "DELETE", "/mcp", List.of(session), "").status())
                .isEqualTo(204);
        assertThat(resumed.event()).isEqualTo("retry: 1000");
    }

    @Test
    void boundsStreamsOfOneAgentOnly() throws Exception {
        for (int i = 0; i < HttpStreams.MAX; i++) {
            watch("");
        }
        RawHttp.Response refused = RawHttp.call(adas, "GET", "/watch", EVENTS, "");
        assertThat(refused.status()).isEqualTo(429);
        assertThat(refused.body()).contains("TOO_MANY_STREAMS");
        List<String> listening = List.of(EVENTS.getFirst(), session(adas));
        assertThat(RawHttp.call(adas, "GET", "/mcp", listening, "").status()).isEqualTo(429);
        // Streams hold no worker, so that the listener goes on; and the other one does not notice.
        assertServed(adas);
        RawHttp other = connect(bobs);
        other.send("GET", "/watch", EVENTS, "");
        assertThat(other.answer().status()).isEqualTo(200);
    }

    @Test
    void streamsEndWithTheirDoor() throws Exception {
        RawHttp events = watch("");
        adasDoor.close();
        assertThat(events.event()).isEqualTo("retry: 1000");
        assertThat(threadsOf("memory-ada-stream", 0)).isZero();
    }

    @Test
    void aThousandConnectionsTakePlacesOfOneDoorOnly() throws Exception {
        List<RawHttp> crowd = new ArrayList<>();
        try {
            for (int i = 0; i < 1_000; i++) {
                RawHttp http = new RawHttp(adas);
                crowd.add(http);
                if (i % 2 == 0) {
                    // Those over the limit are closed by the listener, maybe before this is written.
                    tryToWrite(http);
                }
            }
            assertServed(bobs);
            assertThat(threadsOf("memory-ada", AgentHttpServer.THREADS)).isLessThanOrEqualTo(AgentHttpServer.THREADS);
        } finally {
            for (RawHttp http : crowd) {
                http.close();
            }
        }
        assertServesSoon(adas);
    }

    private static void tryToWrite(RawHttp http) {
        try {
            http.write("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 9\r\n\r\n{");
        } catch (IOException e) {
            assertThat(e).hasMessageMatching("(?i).*(broken pipe|reset).*");
        }
    }

    /** Clients that stop within a request lose their connection after 15 s, and their listener works again. */
    @Test
    void cutsClientsThatStopInTheMiddle() throws Exception {
        List<RawHttp> stalled = new ArrayList<>();
        for (int i = 0; i < AgentHttpServer.THREADS; i++) {
            RawHttp http = connect(adas);
            http.write("POST /mcp HTTP/1.1\r\nHost: 127.0.0.1\r\n" + String.join("\r\n", RawHttp.MCP)
                    + "\r\nContent-Length: 9\r\n\r\n{");
            stalled.add(http);
        }
        assertServed(bobs);
        for (RawHttp http : stalled) {
            assertThat(http.ends()).isTrue();
        }
        assertServed(adas);
    }

    @Test
    void answersAClientThatHasClosedItsHalf() throws Exception {
        RawHttp http = connect(adas);
        http.send("POST", "/mcp", RawHttp.MCP, INITIALIZE);
        http.halfClose();
        assertThat(http.answer().status()).isEqualTo(200);
    }

    private static void assertServesSoon(int port) throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                assertThat(RawHttp.mcp(port, INITIALIZE).status()).isEqualTo(200);
                return;
            } catch (IOException e) {
                assertThat(System.nanoTime()).as("still refuses: %s", e).isLessThan(end);
                Thread.onSpinWait();
            }
        }
    }

    /** How many threads of this name there are; asked again until there are no more than expected. */
    private static long threadsOf(String name, long expected) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        long count;
        do {
            count = Thread.getAllStackTraces().keySet().stream()
                    .filter(thread -> thread.getName().equals(name))
                    .count();
        } while (count > expected && System.nanoTime() < end);
        return count;
    }
}
