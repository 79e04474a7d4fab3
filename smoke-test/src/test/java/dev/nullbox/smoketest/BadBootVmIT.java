package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Boots that cannot go well: each says why, and ends in a stated way. */
final class BadBootVmIT {
    @Test
    void aTruncatedRootIsNamedAndThePowerGoesOff(@TempDir Path directory) throws Exception {
        Path half = Files.copy(Inputs.root(), directory.resolve("half.squashfs"));
        try (RandomAccessFile file = new RandomAccessFile(half.toFile(), "rw")) {
            file.setLength(file.length() / 2 / 4096 * 4096);
        }
        assertFailsToFindRoot(half, "truncated");
    }

    @Test
    void withoutARootItSaysWhatIsMissing(@TempDir Path directory) throws Exception {
        Path empty = Files.write(directory.resolve("empty"), new byte[1 << 20]);
        assertFailsToFindRoot(empty, "root file system");
    }

    private static void assertFailsToFindRoot(Path root, String cause) throws IOException, InterruptedException {
        Boot boot = Boot.of(new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), root), Inputs.accelerator());
        try (Appliance appliance = Appliance.start(boot)) {
            Event failed = appliance.awaitEvent(
                    event -> event.is("boot.phase", "phase", "find-root")
                            && event.text("ok").equals("false"),
                    Appliance.LONG,
                    "the bad root to be noticed");
            assertThat(failed.text("error")).contains(cause);
            appliance.awaitExit(Appliance.LONG);
            assertThat(appliance.console()).contains(cause).doesNotContain("Kernel panic");
        }
    }

    @Test
    void withoutVirtualisationItRunsButStartsNoAgent() throws IOException, InterruptedException {
        Boot boot = Boot.of(
                        new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root()),
                        Inputs.accelerator())
                .withProcessor(Inputs.accelerator().argumentsWithoutVirtualisation());
        try (Appliance appliance = Appliance.start(boot)) {
            Event missing = appliance.awaitEvent(event -> event.is("kvm.missing"), Appliance.LONG, "kvm.missing");
            assertThat(missing.text("why")).contains("/dev/kvm");
            appliance.awaitEvent(event -> event.is("service.ready", "service", "gateway"), Appliance.LONG, "gateway");
            Event failed = appliance.awaitEvent(
                    event -> event.is("agent.failed", "agent", "hello"), Appliance.LONG, "the agent's failure");
            assertThat(failed.text("why")).contains("/dev/kvm");
            assertThat(appliance.log().find(0, event -> event.is("agent.started")))
                    .isEmpty();
        }
    }
}
