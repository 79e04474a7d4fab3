package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class RateLimitedLogTest {
    private final List<String> lines = new ArrayList<>();
    private final AtomicLong clock = new AtomicLong(5_000);
    private final RateLimitedLog log = new RateLimitedLog(line -> lines.add("cage: " + line), clock::get);

    @Test
    void saysOneOfEachKindASecondAndCountsTheOthers() {
        for (int i = 0; i < 1_000; i++) {
            log.warn("far", "from afar");
            log.warn("half", "half a request");
        }
        assertThat(lines).containsExactly("cage: from afar", "cage: half a request");
        clock.addAndGet(999);
        log.warn("far", "from afar");
        assertThat(lines).hasSize(2);
        clock.addAndGet(1);
        log.warn("far", "from afar");
        assertThat(lines).hasSize(3).last().isEqualTo("cage: from afar (1000 more of the kind left out)");
        clock.addAndGet(60_000);
        log.warn("far", "from afar");
        log.warn("far", "from afar");
        assertThat(lines).hasSize(4).last().isEqualTo("cage: from afar");
    }

    @Test
    void namesABugWithoutItsMessage() {
        String bug = RateLimitedLog.bug(new IllegalStateException("s3cr3t"));
        assertThat(bug).startsWith("java.lang.IllegalStateException at ").doesNotContain("s3cr3t");
    }
}
