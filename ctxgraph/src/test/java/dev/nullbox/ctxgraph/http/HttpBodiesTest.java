package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.ctxgraph.admission.BufferBudget;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Large bodies at the listeners of several agents. */
@Timeout(180)
class HttpBodiesTest {
    private static final String LARGE = put("large", "v".repeat(1_000_000));
    private static final String SMALL = put("small", "v");

    @TempDir
    Path data;

    private final List<AutoCloseable> open = new ArrayList<>();
    private TestMemory memory;
    private MemoryMethods service;

    @BeforeAll
    static void setBounds() {
        AgentHttpServer.setBounds();
    }

    @BeforeEach
    void openMemory() throws Exception {
        memory = new TestMemory(data);
        open.add(memory);
        service = memory.service(new BufferBudget(Duration.ofMillis(500)));
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : open.reversed()) {
            one.close();
        }
    }

    private int listener(String agent) throws IOException {
        AgentHttpServer listener =
                AgentHttpServer.open(TestMemory.principal(agent), RawHttp.LOOPBACK, 0, service, McpEndpoint::new);
        open.add(listener);
        return listener.address().getPort();
    }

    private static String put(String key, String value) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"memory.put\",\"params\":{\"key\":\"" + key
                + "\",\"value\":\"" + value + "\"}}";
    }

    private static RawHttp.Response post(int port, String body) throws IOException {
        return RawHttp.call(port, "POST", "/rpc", List.of(), body);
    }

    private static void assertWritten(RawHttp.Response answer) {
        assertThat(answer.status()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body()).contains("\"seq\":");
    }

    /** Begins a large body and stops in the middle of it. */
    private RawHttp stall(int port) throws IOException {
        RawHttp http = new RawHttp(port);
        open.add(http);
        http.write("POST /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: " + LARGE.length() + "\r\n\r\n"
                + LARGE.substring(0, 100_000));
        return http;
    }

    @Test
    void oneAgentsLargeBodiesLeaveTheOthersAlone() throws Exception {
        int ada = listener("ada");
        int bob = listener("bob");
        assertWritten(post(bob, LARGE));
        for (int i = 0; i < AgentHttpServer.THREADS; i++) {
            stall(ada);
        }
        for (int i = 0; i < 20; i++) {
            assertWritten(post(bob, SMALL));
        }
        assertWritten(post(bob, LARGE));
        assertThat(RawHttp.call(bob, "POST", "/rpc", List.of(), get("large")).body())
                .contains("vvv");
    }

    private static String get(String key) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"memory.get\",\"params\":{\"key\":\"" + key + "\"}}";
    }

    @Test
    void refusesWhatFindsNoPlace() throws Exception {
        int bob = listener("bob");
        assertWritten(post(bob, LARGE));
        List<RawHttp> stalled = new ArrayList<>();
        for (String agent : List.of("ada", "carol", "dave", "eve")) {
            stalled.add(stall(listener(agent)));
        }
        // Those bodies get their reservations when the listeners' threads read them.
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (post(bob, LARGE).status() == 200 && System.nanoTime() < deadline) {
            Thread.onSpinWait();
        }
        for (RawHttp.Response refused : List.of(
                post(bob, LARGE), post(bob, get("large")), RawHttp.call(bob, "POST", "/mcp", RawHttp.MCP, LARGE))) {
            assertThat(refused.status()).as(refused.body()).isEqualTo(503);
            assertThat(refused.headers()).containsEntry("retry-after", "1");
            assertThat(refused.body()).contains("\"error\":", "\"detail\":\"BUSY\"");
        }
        assertWritten(post(bob, SMALL));
        // A client that stops in the middle loses its reservation after a while.
        for (RawHttp one : stalled) {
            assertThat(one.ends()).isTrue();
        }
        assertWritten(post(bob, LARGE));
        assertThat(post(bob, get("large")).status()).isEqualTo(200);
    }

    @Test
    void takesLargeBodiesInChunks() throws Exception {
        int ada = listener("ada");
        try (RawHttp http = new RawHttp(ada)) {
            http.write("POST /rpc HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n");
            for (int from = 0; from < LARGE.length(); from += 1 << 16) {
                String chunk = LARGE.substring(from, Math.min(LARGE.length(), from + (1 << 16)));
                http.write(Integer.toHexString(chunk.length()) + "\r\n" + chunk + "\r\n");
            }
            http.write("0\r\n\r\n");
            assertWritten(http.answer());
        }
    }

    @Test
    void servesOrRefusesEachOfMany() throws Exception {
        List<Integer> ports = new ArrayList<>();
        for (int i = 0; i < 16; i++) {
            ports.add(listener("agent" + i));
        }
        int served = 0;
        try (ExecutorService clients = Executors.newFixedThreadPool(32)) {
            List<Future<RawHttp.Response>> answers = new ArrayList<>();
            for (int port : ports) {
                answers.add(clients.submit(() -> post(port, LARGE)));
                answers.add(clients.submit(() -> post(port, LARGE)));
                answers.add(clients.submit(() -> post(port, SMALL)));
            }
            for (int i = 0; i < answers.size(); i++) {
                RawHttp.Response answer = answers.get(i).get();
                if (i % 3 < 2 && answer.status() == 503) {
                    assertThat(answer.body()).contains("BUSY");
                } else {
                    assertWritten(answer);
                    served += i % 3 < 2 ? 1 : 0;
                }
            }
        }
        assertThat(served).isPositive();
        for (int port : ports) {
            assertWritten(post(port, LARGE));
        }
    }
}
