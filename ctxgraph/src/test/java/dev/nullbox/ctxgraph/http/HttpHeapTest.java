package dev.nullbox.ctxgraph.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.mcp.McpEndpoint;
import dev.nullbox.ctxgraph.store.TestJvm;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * The service in a process with the heap that it has in the image, with references as wide as there, and agents who
 * send and ask for the largest and the worst that they may, all at once. One agent alone could once end it so.
 */
@Timeout(300)
class HttpHeapTest {
    private static final int AGENTS = 32;
    private static final String TEXT = "\"" + "v".repeat(1_000_000) + "\"";

    /** Little text and a large tree. */
    private static final String BUSH = "[" + "{},".repeat(65_000) + "{}]";

    @TempDir
    Path data;

    private Process service;
    private final List<Integer> ports = new ArrayList<>();

    @BeforeEach
    void start() throws Exception {
        List<String> options =
                List.of("-Xmx64m", "-XX:-UseCompressedOops", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1");
        service = new ProcessBuilder(TestJvm.command(options, Servers.class, data.toString(), Integer.toString(AGENTS)))
                .redirectError(data.resolve("log").toFile())
                .start();
        BufferedReader said =
                new BufferedReader(new InputStreamReader(service.getInputStream(), StandardCharsets.UTF_8));
        for (int i = 0; i < AGENTS; i++) {
            ports.add(Integer.parseInt(String.valueOf(said.readLine())));
        }
    }

    @AfterEach
    void stop() throws Exception {
        service.destroyForcibly().waitFor();
    }

    /** The service: opens a listener for each agent and prints its port. */
    static final class Servers {
        private Servers() {}

        public static void main(String[] arguments) throws Exception {
            AgentHttpServer.setBounds();
            TestMemory memory = new TestMemory(Path.of(arguments[0]));
            List<AgentHttpServer> listeners = new ArrayList<>();
            for (int i = 0; i < Integer.parseInt(arguments[1]); i++) {
                AgentHttpServer listener = AgentHttpServer.open(
                        TestMemory.principal("agent" + i), RawHttp.LOOPBACK, 0, memory.service(), McpEndpoint::new);
                listeners.add(listener);
                System.out.println(listener.address().getPort());
            }
            while (!listeners.isEmpty()) {
                Thread.sleep(TimeUnit.HOURS.toMillis(1));
            }
        }
    }

    private static String put(String key, String value) {
        return call("memory.put", "{\"key\":\"" + key + "\",\"value\":" + value + "}");
    }

    private static String read(String key) {
        return call("memory.get", "{\"key\":\"" + key + "\"}");
    }

    private static String call(String method, String params) {
        return "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"" + method + "\",\"params\":" + params + "}";
    }

    private static RawHttp.Response post(int port, String body) throws IOException {
        return RawHttp.call(port, "POST", "/rpc", List.of(), body);
    }

    private static int atOnce(List<Integer> ports, List<String> bodies) throws Exception {
        int served = 0;
        try (ExecutorService clients = Executors.newFixedThreadPool(ports.size() * bodies.size())) {
            List<Future<RawHttp.Response>> answers = new ArrayList<>();
            for (int port : ports) {
                bodies.forEach(body -> answers.add(clients.submit(() -> post(port, body))));
            }
            for (Future<RawHttp.Response> answer : answers) {
                if (answer.get().status() == 503) {
                    assertThat(answer.get().body()).contains("BUSY");
                } else {
                    assertThat(answer.get().status()).isEqualTo(200);
                    assertThat(answer.get().body()).contains("\"result\":");
                    served++;
                }
            }
        }
        return served;
    }

    private void assertSound() throws IOException {
        assertThat(service.isAlive()).isTrue();
        assertThat(Files.readString(data.resolve("log"))).doesNotContain("OutOfMemoryError");
    }

    @Test
    void holdsOutAgainstOneAgent() throws Exception {
        List<Integer> one = List.of(ports.getFirst());
        String read = read("bush");
        for (int round = 0; round < 3; round++) {
            String bush = put("bush", BUSH);
            assertThat(atOnce(one, List.of(bush, bush, bush, bush))).isEqualTo(AgentHttpServer.THREADS);
            assertThat(atOnce(one, List.of(read, read, read, read))).isEqualTo(AgentHttpServer.THREADS);
        }
        assertSound();
    }

    @Test
    void holdsOutAgainstMany() throws Exception {
        assertThat(atOnce(ports, List.of(put("text", TEXT), put("bush", BUSH), put("small", "1"), put("other", "2"))))
                .isGreaterThan(2 * AGENTS);
        // Who was refused comes again.
        for (int port : ports) {
            for (String large : List.of(put("text", TEXT), put("bush", BUSH))) {
                assertThat(post(port, large).status()).isEqualTo(200);
            }
        }
        assertThat(atOnce(ports, List.of(read("text"), read("bush"), read("small"), read("other"))))
                .isGreaterThan(2 * AGENTS);
        String search = call("memory.search", "{\"text\":\"vvv*\"}");
        assertThat(atOnce(ports, List.of(search))).isEqualTo(AGENTS);
        assertSound();
    }
}
