package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.api.VaultReason;
import java.io.IOException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class UnsealThrottleTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    private final MemoryFiles files = new MemoryFiles();
    private final AtomicLong nanos = new AtomicLong(-5);

    @Test
    void letsTheFirstTwoFailuresPassAndThenWaitsLonger() throws Exception {
        UnsealThrottle attempts = UnsealThrottle.load(files, nanos::get);
        long[] waits = {0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300};
        for (int i = 0; i < waits.length; i++) {
            fail(attempts);
            assertThat(attempts.retryAfterSeconds())
                    .as("after %d failures", i + 1)
                    .isEqualTo(waits[i]);
            if (waits[i] > 0) {
                nanos.addAndGet(TimeUnit.SECONDS.toNanos(waits[i]) - 1);
                Vaults.refused(attempts::begin, VaultReason.ATTEMPTS_DELAYED);
                nanos.incrementAndGet();
            }
        }
        assertThat(attempts.failures()).isEqualTo(waits.length);
    }

    @Test
    void countsAnAttemptBeforeItIsMade() throws Exception {
        UnsealThrottle.load(files, nanos::get).begin();
        assertThat(UnsealThrottle.load(files, nanos::get).failures()).isEqualTo(1);
        files.failOnce(0);
        UnsealThrottle attempts = UnsealThrottle.load(files, nanos::get);
        assertThatThrownBy(attempts::begin).isInstanceOf(IOException.class);
    }

    @Test
    void isCountedOrWasNeverMadeWhereverThePowerGoes() throws Exception {
        boolean begun = false;
        for (int cut = 0; !begun; cut++) {
            for (int seed = 0; seed < 50; seed++) {
                MemoryFiles disk = new MemoryFiles();
                UnsealThrottle attempts = UnsealThrottle.load(disk, nanos::get);
                fail(attempts);
                disk.cutPowerAtStep(cut);
                try {
                    attempts.begin();
                    begun = true;
                } catch (IOException e) {
                    begun = false;
                }
                int counted = UnsealThrottle.load(disk.afterPowerCut(new Random(SEED + seed)), nanos::get)
                        .failures();
                assertThat(counted).as("cut %d, seed %d", cut, seed).isBetween(begun ? 2 : 1, 2);
            }
            assertThat(cut).isLessThan(20);
        }
    }

    @Test
    void waitsAgainAfterARestart() throws Exception {
        UnsealThrottle attempts = UnsealThrottle.load(files, nanos::get);
        for (int i = 0; i < 2; i++) {
            fail(attempts);
        }
        attempts.begin();
        assertThat(UnsealThrottle.load(files, nanos::get).retryAfterSeconds()).isEqualTo(1);
    }

    @Test
    void forgetsFailuresAfterASuccess() throws Exception {
        UnsealThrottle attempts = UnsealThrottle.load(files, nanos::get);
        fail(attempts);
        fail(attempts);
        attempts.begin();
        attempts.succeeded();
        assertThat(attempts.failures()).isZero();
        assertThat(UnsealThrottle.load(files, nanos::get).failures()).isZero();
        attempts.begin();
    }

    @Test
    void waitsLongestWhenItsFileIsDamaged() throws Exception {
        for (byte[] damaged : new byte[][] {{}, {1}, {0, 0, 0, 1, 0, 0, 0, 1}, {-1, -1, -1, -1, 0, 0, 0, 0}}) {
            files.put("attempts", damaged);
            UnsealThrottle attempts = UnsealThrottle.load(files, nanos::get);
            assertThat(attempts.retryAfterSeconds()).isEqualTo(300);
            Vaults.refused(attempts::begin, VaultReason.ATTEMPTS_DELAYED);
        }
    }

    private static void fail(UnsealThrottle attempts) throws Exception {
        attempts.begin();
        attempts.failed();
    }
}
