package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.Message;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Landlock in this kernel, on a thread that ends with the test. In a jail: CageJailIT. */
class LandlockWallIT {
    private final Libc libc = Natives.libc();

    @Test
    void itsAbsenceIsFound() throws Exception {
        assertThat(LandlockWall.missing(libc))
                .hasSize(2)
                .anyMatch(line -> line.contains("listing /"))
                .anyMatch(line -> line.contains("a TCP connection"));
    }

    @Test
    void wallIsInForceAndAllowsTheListedUses() throws Exception {
        Message spec = Message.of(
                JailSpec.BINDS.is(List.of("/usr", "/absent")),
                JailSpec.VM.is(Message.of(VmConfig.DISKS.is(List.of()))));
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            thread.submit(() -> {
                        LandlockWall.restrict(libc, spec);
                        assertThat(LandlockWall.missing(libc)).isEmpty();
                        assertThat(Files.isReadable(Path.of("/usr/bin/env"))).isTrue();
                        assertThat(Files.readAllBytes(Path.of("/usr/bin/env"))).isNotEmpty();
                        assertThat(Files.readString(Path.of("/proc/self/status")))
                                .isNotEmpty();
                        return null;
                    })
                    .get(30, TimeUnit.SECONDS);
        }
    }
}
