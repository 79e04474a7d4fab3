package dev.nullbox.natives.filesystem;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Project quotas of a real XFS. Needs root, and a kernel with XFS_QUOTA. */
class ProjectQuotaIT {
    private static final int MIB = 1 << 20;
    private static final int PROJECT = 77;

    private final Libc libc = Natives.libc();

    @TempDir
    Path directory;

    private LoopMount xfs;
    private Path bounded;
    private Path free;

    @BeforeEach
    void mount() throws Exception {
        xfs = LoopMount.xfs(directory, "prjquota");
        bounded = Files.createDirectory(xfs.point().resolve("bounded"));
        free = Files.createDirectory(xfs.point().resolve("free"));
        ProjectQuota.assign(libc, bounded, PROJECT);
        ProjectQuota.limit(libc, xfs.point(), PROJECT, 8 * MIB, 10);
    }

    @AfterEach
    void unmount() throws Exception {
        if (xfs != null) {
            xfs.close();
        }
    }

    @Test
    void theBytesOfATreeAreBounded() throws Exception {
        assertThat(ProjectQuota.isEnforced(libc, xfs.point())).isTrue();
        write(bounded.resolve("a"), 6 * MIB);
        assertThatThrownBy(() -> write(bounded.resolve("b"), 6 * MIB)).isInstanceOf(IOException.class);
        write(free.resolve("a"), 12 * MIB);
        ProjectQuota.Usage usage = ProjectQuota.usage(libc, bounded, PROJECT);
        assertThat(usage.bytes()).isBetween(6L * MIB, 8L * MIB);
        assertThat(usage.bytesLimit()).isEqualTo(8 * MIB);
        assertThat(usage.inodesLimit()).isEqualTo(10);
        Files.delete(bounded.resolve("b"));
        ProjectQuota.limit(libc, xfs.point(), PROJECT, 16 * MIB, 10);
        write(bounded.resolve("b"), 6 * MIB);
    }

    @Test
    void theInodesOfATreeAreBounded() throws Exception {
        for (int i = 0; i < 9; i++) {
            Files.createFile(bounded.resolve("file" + i));
        }
        assertThatThrownBy(() -> Files.createFile(bounded.resolve("tenth"))).isInstanceOf(IOException.class);
        for (int i = 0; i < 20; i++) {
            Files.createFile(free.resolve("file" + i));
        }
        assertThat(ProjectQuota.usage(libc, bounded, PROJECT).inodes()).isEqualTo(10);
    }

    @Test
    void theTreesFiguresAreTheQuotas() throws Exception {
        FilesystemStat of = FilesystemStat.of(libc, bounded);
        assertThat(of.totalBytes()).isEqualTo(8 * MIB);
        assertThat(of.inodes()).isEqualTo(10);
        assertThat(FilesystemStat.of(libc, free).totalBytes()).isGreaterThan(64 * MIB);
    }

    @Test
    void aProjectWithoutFilesTakesNothing() throws Exception {
        assertThat(ProjectQuota.usage(libc, free, 4711)).isEqualTo(new ProjectQuota.Usage(0, 0, 0, 0));
        ProjectQuota.limit(libc, free, PROJECT, 0, 0);
        write(bounded.resolve("a"), 12 * MIB);
    }

    private static void write(Path file, int bytes) throws IOException {
        Files.write(file, new byte[bytes], StandardOpenOption.CREATE, StandardOpenOption.DSYNC);
    }
}
