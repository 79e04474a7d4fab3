package dev.nullbox.service;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class TokenBucketTest {
    @Test
    void dropsOnlyTheFloodersLines() {
        TokenBucket budget = new TokenBucket(500, 10, 0);
        int taken = 0;
        for (int i = 0; i < 507; i++) {
            taken += budget.take(0) ? 1 : 0;
        }
        assertThat(taken).isEqualTo(500);
        assertThat(budget.isSpent(9)).isTrue();
        assertThat(budget.isSpent(10)).isFalse();
        assertThat(budget.take(1_000)).isTrue();
        assertThat(budget.takeDropped()).isEqualTo(7);
        assertThat(budget.takeDropped()).isZero();
    }

    @Test
    void refillsNoFurtherThanItWasFull() {
        TokenBucket budget = new TokenBucket(2, 10, 0);
        assertThat(budget.take(1_000)).isTrue();
        assertThat(budget.take(1_000)).isTrue();
        assertThat(budget.take(1_009)).isFalse();
    }
}
