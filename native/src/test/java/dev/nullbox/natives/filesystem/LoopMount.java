package dev.nullbox.natives.filesystem;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.linux.Gcc;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** An XFS in a file, mounted for a test. Needs root, mkfs.xfs, loop devices and a kernel with XFS. */
public final class LoopMount implements AutoCloseable {
    /** Somewhat above the least that mkfs.xfs makes, 300 MiB. */
    private static final long BYTES = 320L << 20;

    private final Path point;

    private LoopMount(Path point) {
        this.point = point;
    }

    /** A new file system below the directory; the test does not run where that cannot be had, and says why. */
    public static LoopMount xfs(Path directory, String options) throws Exception {
        Path image = directory.resolve("xfs.image");
        try (RandomAccessFile file = new RandomAccessFile(image.toFile(), "rw")) {
            file.setLength(BYTES);
        }
        Gcc.Outcome made = Gcc.run(List.of("mkfs.xfs", "-q", "-m", "reflink=1", image.toString()));
        Assumptions.assumeTrue(made.code() != 127, "NOT RUN: no mkfs.xfs (Debian package: xfsprogs)");
        assertThat(made.code()).as(made.printed()).isZero();
        Path point = Files.createDirectory(directory.resolve("mounted"));
        Gcc.Outcome mounted =
                Gcc.run(List.of("mount", "-t", "xfs", "-o", "loop," + options, image.toString(), point.toString()));
        Assumptions.assumeTrue(
                mounted.code() == 0,
                // One line: the report of tests takes no reason of several.
                "NOT RUN: this kernel mounts no XFS with " + options + ": "
                        + mounted.printed().lines().findFirst().orElse("mount said nothing"));
        return new LoopMount(point);
    }

    /** Directory that it is mounted on. */
    public Path point() {
        return point;
    }

    /** The loop device goes with the mount. */
    @Override
    public void close() throws IOException {
        try {
            Gcc.Outcome gone = Gcc.run(List.of("umount", point.toString()));
            assertThat(gone.code()).as(gone.printed()).isZero();
        } catch (Exception e) {
            throw new IOException(e);
        }
    }
}
