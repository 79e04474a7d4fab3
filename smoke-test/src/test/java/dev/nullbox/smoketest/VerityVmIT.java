package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Roots that are not as they were built: none is entered, and none is read from. The other VM tests enter theirs. */
final class VerityVmIT {
    private static final int BLOCK = 4096;
    /** For two reads and two writes of each block, emulated. */
    private static final Duration FLIPS = Duration.ofMinutes(8);

    @TempDir
    private Path directory;

    @Test
    void oneFlippedBitInEachBlockIsNoticed() throws IOException, InterruptedException {
        Path copy = Files.copy(Inputs.root(), directory.resolve("copy.squashfs"));
        Boot boot = Boot.of(direct(Inputs.flips(), Inputs.root()), Inputs.accelerator())
                .withDataDisk(copy);
        try (Appliance appliance = Appliance.start(boot)) {
            Event done = appliance.awaitEvent(event -> event.name().startsWith("flips."), FLIPS, "the flips");
            assertThat(done.name()).as(done.toString()).isEqualTo("flips.done");
            long blocks = done.number("blocks");
            assertThat(blocks * BLOCK).isLessThan(Files.size(copy)).isGreaterThan(Files.size(copy) / 100 * 98);
            assertThat(done.number("before")).isEqualTo(blocks);
            assertThat(done.number("noticed")).isEqualTo(blocks);
            assertThat(done.number("hash_blocks")).isGreaterThan(blocks / 128);
            assertThat(done.number("hashes_noticed")).isEqualTo(done.number("hash_blocks"));
            assertThat(done.number("after")).isEqualTo(blocks);
            appliance.awaitExit(Appliance.LONG);
        }
        assertThat(Files.mismatch(Inputs.root(), copy)).isEqualTo(-1);
    }

    @Test
    void rootWithAnotherHashIsNotEntered() throws IOException, InterruptedException {
        Boot boot = Boot.of(direct(Inputs.initramfs(), Inputs.root()), Inputs.accelerator())
                .withKernelArgument("nullbox.verity=" + "5e".repeat(32));
        assertRefused(boot, "the root is not the one whose hash the kernel command line has");
    }

    @Test
    void rootWithAnotherSaltIsNotEntered() throws IOException, InterruptedException {
        Path copy = Files.copy(Inputs.root(), directory.resolve("root.squashfs"));
        Files.copy(Inputs.root().resolveSibling("root.verity"), directory.resolve("root.verity"));
        flip(copy, treeOf(copy) + 88);
        assertRefused(
                Boot.of(direct(Inputs.initramfs(), copy), Inputs.accelerator()),
                "the root is not the one whose hash the kernel command line has");
    }

    /** Nine blocks in ten, not those with the directories: the first that is read stops the kernel, which starts anew. */
    @Test
    void corruptedBlockFoundLaterRestartsTheMachine() throws IOException, InterruptedException {
        Path copy = Files.copy(Inputs.root(), directory.resolve("root.squashfs"));
        Files.copy(Inputs.root().resolveSibling("root.verity"), directory.resolve("root.verity"));
        long blocks = treeOf(copy) / BLOCK;
        for (long block = 1; block < blocks * 9 / 10; block++) {
            flip(copy, block * BLOCK + 100);
        }
        try (Appliance appliance = Appliance.start(Boot.of(direct(Inputs.initramfs(), copy), Inputs.accelerator()))) {
            // -no-reboot: QEMU ends where the machine would start again.
            appliance.awaitExit(Appliance.LONG);
            assertThat(appliance.console())
                    .contains("is corrupted", "Kernel panic - not syncing: dm-verity device corrupted")
                    .doesNotContain("nulld is PID 1");
            assertThat(appliance.log().find(0, event -> event.is("boot.phase", "phase", "verify-root")))
                    .isPresent();
        }
    }

    private static void assertRefused(Boot boot, String cause) throws IOException, InterruptedException {
        try (Appliance appliance = Appliance.start(boot)) {
            Event failed = appliance.awaitEvent(
                    event -> event.is("boot.phase", "phase", "verify-root"), Appliance.LONG, "the root to be verified");
            assertThat(failed.text("ok")).isEqualTo("false");
            assertThat(failed.text("error")).contains(cause);
            appliance.awaitExit(Appliance.LONG);
            assertThat(appliance.console()).contains(cause).doesNotContain("Kernel panic");
        }
    }

    private static Boot.Medium direct(Path initramfs, Path root) {
        return new Boot.Medium.Direct(Inputs.kernel(), initramfs, root);
    }

    /** Offset of the tree of hashes: the first block whose beginning is its signature. */
    private static long treeOf(Path root) throws IOException {
        try (RandomAccessFile file = new RandomAccessFile(root.toFile(), "r")) {
            for (long at = 0; at < file.length(); at += BLOCK) {
                file.seek(at);
                if (file.readLong() == 0x7665726974790000L) {
                    return at;
                }
            }
        }
        throw new AssertionError(root + " has no tree of hashes");
    }

    private static void flip(Path file, long at) throws IOException {
        try (RandomAccessFile content = new RandomAccessFile(file.toFile(), "rw")) {
            content.seek(at);
            int old = content.read();
            content.seek(at);
            content.write(old ^ 0x10);
        }
    }
}
