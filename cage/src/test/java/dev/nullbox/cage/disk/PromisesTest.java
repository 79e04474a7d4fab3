package dev.nullbox.cage.disk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Admission of disks' sizes against the room that there is. */
class PromisesTest {
    private static final long MIB = 1 << 20;
    private static final String ONE = "one";
    private static final String TWO = "two";

    private long limit = 100 * MIB;
    private final Promises promises = new Promises(new Space() {
        @Override
        public long limit() {
            return limit;
        }

        @Override
        public String remedy() {
            return "ask for less";
        }
    });

    @Test
    void sumMayReachTheLimitAndNotPassIt() throws IOException {
        promises.add(ONE, Map.of(Disk.RUN_LAYER, 60 * MIB), "filesystem.max_mb 60");
        promises.add(TWO, Map.of(Disk.RUN_LAYER, 40 * MIB), "filesystem.max_mb 40");
        assertThat(promises.total()).isEqualTo(100 * MIB);
        assertThatThrownBy(() -> promises.add(TWO, Map.of(Disk.VOLUME, 1L), "filesystem.volume_mb 64"))
                .isInstanceOf(DiskRefusedException.class)
                .hasMessage("agent two: filesystem.volume_mb 64 does not fit: it needs 1 MiB, and 100 MiB of 100 MiB"
                        + " are promised to disks already; ask for less");
        assertThat(promises.total()).isEqualTo(100 * MIB);
    }

    @Test
    void diskThatIsThereCountsOnce() throws IOException {
        promises.set(ONE, Map.of(Disk.VOLUME, 90 * MIB));
        promises.add(ONE, Map.of(Disk.VOLUME, 90 * MIB, Disk.RUN_LAYER, 10 * MIB), "filesystem.max_mb 10");
        assertThat(promises.total()).isEqualTo(100 * MIB);
    }

    /** Services may have taken room since: what an agent has already must not keep it from starting. */
    @Test
    void agentThatAsksForNothingNewIsNotRefused() throws IOException {
        promises.set(ONE, Map.of(Disk.VOLUME, 90 * MIB));
        limit = 50 * MIB;
        promises.add(ONE, Map.of(Disk.VOLUME, 90 * MIB), "nothing new");
        assertThatThrownBy(() -> promises.add(ONE, Map.of(Disk.VOLUME, 91 * MIB), "filesystem.volume_mb 91"))
                .isInstanceOf(DiskRefusedException.class);
    }

    @Test
    void roomIsGivenBack() throws IOException {
        promises.add(ONE, Map.of(Disk.RUN_LAYER, 100 * MIB), "filesystem.max_mb 100");
        promises.set(ONE, Map.of());
        promises.add(TWO, Map.of(Disk.RUN_LAYER, 100 * MIB), "filesystem.max_mb 100");
        assertThat(promises.total()).isEqualTo(100 * MIB);
    }
}
