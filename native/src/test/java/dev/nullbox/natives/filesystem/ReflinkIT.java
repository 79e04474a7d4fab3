package dev.nullbox.natives.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.natives.linux.OpenFlags;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies and space on a real XFS. Needs root. */
class ReflinkIT {
    private static final int MIB = 1 << 20;

    private final Libc libc = Natives.libc();

    @TempDir
    Path directory;

    private LoopMount xfs;

    @BeforeEach
    void mount() throws Exception {
        xfs = LoopMount.xfs(directory, "noatime");
    }

    @AfterEach
    void unmount() throws Exception {
        if (xfs != null) {
            xfs.close();
        }
    }

    @Test
    void aCopySharesItsBlocksUntilItIsWrittenTo() throws Exception {
        Path first = xfs.point().resolve("first");
        Path second = xfs.point().resolve("second");
        byte[] content = new byte[32 * MIB];
        Arrays.fill(content, (byte) 7);
        Files.write(first, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.DSYNC);
        long before = FilesystemStat.of(libc, first).freeBytes();
        Reflink.copy(libc, first, second);
        assertThat(before - FilesystemStat.of(libc, first).freeBytes()).isLessThan(MIB);
        assertThat(Files.mismatch(first, second)).isEqualTo(-1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(second)))
                .isEqualTo("rw-------");
        Files.write(second, new byte[] {8}, StandardOpenOption.WRITE, StandardOpenOption.DSYNC);
        assertThat(Files.mismatch(first, second)).isZero();
        assertThat(Files.readAllBytes(first)[0]).isEqualTo((byte) 7);
    }

    @Test
    void aCopyThatFailsLeavesNoFile() throws Exception {
        Path first = Files.writeString(xfs.point().resolve("first"), "content");
        Path there = Files.writeString(xfs.point().resolve("there"), "mine");
        assertThatThrownBy(() -> Reflink.copy(libc, first, there)).hasMessage("create " + there + ": EEXIST (17)");
        assertThat(there).hasContent("mine");
        Path elsewhere = directory.resolve("elsewhere");
        assertThatThrownBy(() -> Reflink.copy(libc, first, elsewhere))
                .hasMessage("FICLONE " + first + " to " + elsewhere + ": EXDEV (18)");
        assertThat(elsewhere).doesNotExist();
        Path missing = xfs.point().resolve("missing");
        assertThatThrownBy(() -> Reflink.copy(libc, missing, elsewhere)).hasMessageContaining("ENOENT");
    }

    @Test
    void spaceIsTakenAndGivenBackByRange() throws Exception {
        Path file = xfs.point().resolve("file");
        int fd = libc.open(file.toString(), OpenFlags.O_RDWR | OpenFlags.O_CREAT | OpenFlags.O_CLOEXEC, 0b110_000_000)
                .orThrow("open");
        long free = FilesystemStat.of(libc, file).freeBytes();
        libc.fallocate(fd, 0, 0, 16 * MIB).orThrow("fallocate");
        assertThat(Files.size(file)).isEqualTo(16 * MIB);
        assertThat(free - FilesystemStat.of(libc, file).freeBytes()).isGreaterThanOrEqualTo(16 * MIB);
        int punch = Filesystems.FALLOC_FL_PUNCH_HOLE | Filesystems.FALLOC_FL_KEEP_SIZE;
        libc.fallocate(fd, punch, 0, 16 * MIB).orThrow("fallocate punch");
        assertThat(Files.size(file)).isEqualTo(16 * MIB);
        assertThat(free - FilesystemStat.of(libc, file).freeBytes()).isLessThan(MIB);
        libc.close(fd).orThrow("close");
    }

    @Test
    void theFileSystemIsKnownByItsType() throws Exception {
        FilesystemStat stat = FilesystemStat.of(libc, xfs.point());
        assertThat(stat.type()).isEqualTo(Filesystems.XFS_SUPER_MAGIC);
        assertThat(stat.totalBytes()).isEqualTo(Files.getFileStore(xfs.point()).getTotalSpace());
        assertThat(stat.availableBytes()).isPositive().isLessThanOrEqualTo(stat.freeBytes());
        assertThat(stat.freeInodes()).isPositive().isLessThan(stat.inodes());
        assertThat(FilesystemStat.of(libc, Path.of("/dev/shm")).type()).isEqualTo(Filesystems.TMPFS_MAGIC);
    }

    @Test
    void withoutQuotasNothingIsEnforced() throws Exception {
        assertThat(ProjectQuota.isEnforced(libc, xfs.point())).isFalse();
    }
}
