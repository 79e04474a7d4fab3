package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FaultyLibc;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SysResult;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class SpawnerTest {
    /** An agent whose thread waits for ever would keep its leases. */
    @Test
    @Timeout(value = 20, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
    void aBugReachesWhoWaitsAndTheNextIsServed() throws Exception {
        Libc real = Natives.libc();
        FaultyLibc bugs = new FaultyLibc(real, thread -> thread.getName().equals("cage-spawner"));
        Spawner spawner = Spawner.start(bugs.libc());
        bugs.bugAt(1);
        assertThatThrownBy(() -> spawner.spawn(List.of("/bin/true"), List.of(), List.of()))
                .hasCauseInstanceOf(IllegalStateException.class);
        SysResult spawned = spawner.spawn(List.of("/bin/true"), List.of(), List.of());
        int[] status = {-1};
        long pid = spawned.orThrow("posix_spawn");
        assertThat(real.waitpid((int) pid, status, 0)).isEqualTo(new SysResult.Ok(pid));
        assertThat(status[0]).isZero();
    }
}
