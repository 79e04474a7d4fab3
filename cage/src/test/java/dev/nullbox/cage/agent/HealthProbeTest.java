package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.manifest.HealthCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class HealthProbeTest {
    private static final Duration INTERVAL = Duration.ofMillis(40);

    private final Queue<String> answers = new ConcurrentLinkedQueue<>();
    private final AtomicInteger asked = new AtomicInteger();
    private final BlockingQueue<String> verdicts = new ArrayBlockingQueue<>(4);
    private volatile String last = "";

    /** Gives the answers in turn, and the last one for ever; "silence" is none. */
    private Optional<String> ask(Duration limit) throws IOException {
        asked.incrementAndGet();
        String next = answers.poll();
        last = next == null ? last : next;
        if (last.equals("silence")) {
            throw new IOException("the guest did not answer CHECK within " + limit.toMillis() + " ms");
        }
        return Optional.of(last).filter(problem -> !problem.isEmpty());
    }

    private HealthProbe probe(int maxFailures) {
        HealthCheck check = new HealthCheck.Http(80, "/health", INTERVAL, maxFailures);
        return HealthProbe.start("agent", this::ask, check, Duration.ofMillis(200), verdicts::add);
    }

    @Test
    void onlyFailuresInARowCount() throws Exception {
        for (int i = 0; i < 3; i++) {
            answers.add("answered 500");
            answers.add("answered 500");
            answers.add("");
        }
        answers.add("answered 503\u001b[31m");
        try (HealthProbe _ = probe(3)) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS))
                    .contains("3 times in a row", "answered 503")
                    .doesNotContain("\u001b");
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
        answers.add("exit code 1");
        try (HealthProbe _ = probe(1)) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS)).contains("exit code 1");
            assertThat(verdicts.poll(300, TimeUnit.MILLISECONDS)).isNull();
        }
    }

    @Test
    void silenceIsAFailure() throws Exception {
        answers.add("silence");
        try (HealthProbe _ = probe(2)) {
            assertThat(verdicts.poll(30, TimeUnit.SECONDS)).contains("no answer", "within 200 ms");
        }
    }

    @Test
    void asksNoMoreWhenClosed() throws Exception {
        answers.add("answered 500");
        HealthProbe probe = probe(1_000);
        probe.close();
        assertThat(verdicts.poll(300, TimeUnit.MILLISECONDS)).isNull();
        assertThat(asked.get()).isLessThanOrEqualTo(1);
    }
}
