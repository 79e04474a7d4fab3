package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.HealthCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HealthProbeTest {
    private static final Duration INTERVAL = Duration.ofMillis(40);
    private static final Duration PATIENT = Duration.ofSeconds(20);

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final BlockingQueue<String> verdicts = new ArrayBlockingQueue<>(4);
    private ServerSocket agent;

    @BeforeEach
    void listen() throws IOException {
        agent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread thread = new Thread(this::serve, "agent");
        thread.setDaemon(true);
        thread.start();
    }

    @AfterEach
    void close() throws IOException {
        agent.close();
    }

    /** Gives the answers in turn, and the last one for ever; an empty one is silence. */
    private void serve() {
        String last = "HTTP/1.1 200 OK";
        while (!agent.isClosed()) {
            try (Socket client = agent.accept()) {
                asked.incrementAndGet();
                String next = answers.poll();
                last = next == null ? last : next;
                if (last.isEmpty()) {
                    assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
                } else {
                    client.getOutputStream().write((last + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
                }
            } catch (IOException e) {
                System.err.println("the agent: " + e.getMessage());
            }
        }
    }

    private HealthProbe probe(int maxFailures, Duration limit) {
        HealthCheck.Http check = new HealthCheck.Http(agent.getLocalPort(), "/health", INTERVAL, maxFailures);
        return HealthProbe.start(InetAddress.getLoopbackAddress(), check, limit, verdicts::add);
    }

    @Test
    void onlyFailuresInARowCount() throws Exception {
        for (int i = 0; i < 3; i++) {
            answers.add("HTTP/1.1 500 No");
            answers.add("HTTP/1.1 500 No");
            answers.add("HTTP/1.1 204 Yes");
        }
        answers.add("HTTP/1.1 503 Never");
        try (HealthProbe _ = probe(3, PATIENT)) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS)).contains("3 times in a row", "HTTP/1.1 503 Never");
            assertThat(asked).hasValue(12);
        }
    }

    @Test
    void anAnswerIsDueBeforeTheNextQuestion() {
        assertThat(HealthProbe.limit(new HealthCheck.Http(80, "/", Duration.ofSeconds(1), 1)))
                .isEqualTo(Duration.ofSeconds(1));
        assertThat(HealthProbe.limit(new HealthCheck.Http(80, "/", Duration.ofSeconds(30), 1)))
                .isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void tellsOnce() throws Exception {
        answers.add("SSH-2.0-x");
        try (HealthProbe _ = probe(1, PATIENT)) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS)).contains("SSH-2.0-x");
            assertThat(verdicts.poll(300, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    @Test
    void silenceAndAClosedPortAreFailures() throws Exception {
        answers.add("");
        try (HealthProbe _ = probe(2, Duration.ofMillis(200))) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS)).contains("no answer");
        }
        agent.close();
        try (HealthProbe _ = probe(2, Duration.ofMillis(200))) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS)).contains("no answer");
        }
    }

    @Test
    void asksNoMoreWhenClosed() throws Exception {
        answers.add("HTTP/1.1 500 No");
        HealthProbe probe = probe(1_000, PATIENT);
        probe.close();
        assertThat(verdicts.poll(300, TimeUnit.MILLISECONDS)).isNull();
        assertThat(asked.get()).isLessThanOrEqualTo(1);
    }
}
