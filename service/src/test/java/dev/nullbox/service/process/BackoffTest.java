package dev.nullbox.service.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class BackoffTest {
    @Test
    void doublesToThirtySeconds() {
        assertThat(IntStream.rangeClosed(1, 8).mapToLong(Backoff::millis))
                .containsExactly(1_000L, 2_000L, 4_000L, 8_000L, 16_000L, 30_000L, 30_000L, 30_000L);
        assertThat(Backoff.millis(Integer.MAX_VALUE)).isEqualTo(30_000);
    }
}
