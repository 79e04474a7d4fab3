package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

final class LineQueueTest {
    private static final Duration LONG = Duration.ofSeconds(30);
    private static final Duration SHORT = Duration.ofMillis(100);
    private static final int MANY = 10_000;
    private static final Pattern DROPPED = Pattern.compile("\\(([0-9]+) lines dropped: .*");

    private final List<String> written = Collections.synchronizedList(new ArrayList<>());

    @Test
    void linesAreWrittenInOrder() {
        LineQueue queue = new LineQueue("test", () -> 0, written::add);
        for (int line = 0; line < 100; line++) {
            queue.offer("line " + line);
        }
        assertThat(queue.flush(LONG)).isTrue();
        assertThat(written).hasSize(100).startsWith("line 0", "line 1").endsWith("line 99");
    }

    @Test
    void linesBeyondTheRateAreCounted() {
        LineQueue queue = new LineQueue("test", () -> 0, written::add);
        for (int line = 0; line < LineQueue.BURST + 7; line++) {
            queue.offer("line");
            if (line % 100 == 99) {
                assertThat(queue.flush(LONG)).isTrue();
            }
        }
        assertThat(queue.flush(LONG)).isTrue();
        assertThat(written).hasSize(LineQueue.BURST + 1).last().asString().startsWith("(7 lines dropped: ");
    }

    /**
     * Regression: the thread that offered a line waited for the log; a guest with much output missed its heartbeat, and
     * was killed.
     */
    @Test
    void slowLogHoldsUpNobodyAndLosesNoCount() throws InterruptedException {
        CountDownLatch isSlow = new CountDownLatch(1);
        LineQueue queue = new LineQueue("test", () -> 0, line -> {
            awaitQuietly(isSlow);
            written.add(line);
        });
        for (int line = 0; line < MANY; line++) {
            queue.offer("line");
        }
        assertThat(queue.flush(SHORT)).isFalse();
        isSlow.countDown();
        assertThat(queue.flush(LONG)).isTrue();
        long shown = written.stream().filter("line"::equals).count();
        long dropped = written.stream()
                .map(DROPPED::matcher)
                .filter(Matcher::matches)
                .mapToLong(told -> Long.parseLong(told.group(1)))
                .sum();
        assertThat(shown).isBetween(1L, (long) LineQueue.BURST);
        assertThat(shown + dropped).isEqualTo(MANY);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
