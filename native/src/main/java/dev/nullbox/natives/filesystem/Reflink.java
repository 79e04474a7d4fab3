package dev.nullbox.natives.filesystem;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.linux.Filesystems;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Copies of files that share their blocks until one is written to. Source: ioctl_ficlone(2). */
public final class Reflink {
    private static final int OWNER_ONLY = 0b110_000_000;

    private Reflink() {}

    /**
     * Makes a file that is a copy of another of the same file system, in a time that does not grow with its size. It is the
     * caller's, mode 0600.
     *
     * @throws IOException EEXIST when there is a file of the new name, ENOTSUP or EINVAL when the file system has no
     *     shared blocks, EXDEV when the two lie in different ones; then there is no new file
     */
    public static void copy(Libc libc, Path from, Path to) throws IOException {
        int source = libc.open(from.toString(), OpenFlags.O_RDONLY | OpenFlags.O_NOFOLLOW | OpenFlags.O_CLOEXEC, 0)
                .orThrow("open " + from);
        try {
            int create = OpenFlags.O_WRONLY | OpenFlags.O_CREAT | OpenFlags.O_EXCL | OpenFlags.O_CLOEXEC;
            int target = libc.open(to.toString(), create, OWNER_ONLY).orThrow("create " + to);
            boolean copied = false;
            try {
                libc.ioctl(target, Filesystems.FICLONE, source).orThrow("FICLONE " + from + " to " + to);
                copied = true;
            } finally {
                libc.close(target);
                if (!copied) {
                    Files.deleteIfExists(to);
                }
            }
        } finally {
            libc.close(source);
        }
    }
}
