package dev.nullbox.cage.disk;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.filesystem.Reflink;
import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Set;

/**
 * Source of fresh layers: the first of a size is made by mke2fs, others are clones that share its blocks until they are
 * written to. Where files cannot share blocks, each is made by mke2fs. Templates end with the store that made them.
 */
final class Templates {
    private final Libc libc;
    private final DiskFiles files;
    private final Path directory;
    private final Set<Path> made = new HashSet<>();
    private boolean clones;

    /**
     * @param directory of the templates, on the file system of the layers; it need not exist
     * @param clones whether files there may share blocks
     */
    Templates(Libc libc, DiskFiles files, Path directory, boolean clones) {
        this.libc = libc;
        this.files = files;
        this.directory = directory;
        this.clones = clones;
    }

    /** Removes the templates of a former store. */
    void clear() throws IOException {
        files.deleteTree(directory);
    }

    /** A new file with the file system of the plan, which has no content. */
    void make(Path file, Mke2fs.Plan plan) throws IOException {
        if (!cloned(file, plan)) {
            files.make(file, plan);
        }
    }

    private synchronized boolean cloned(Path file, Mke2fs.Plan plan) throws IOException {
        if (!clones) {
            return false;
        }
        Path template = directory.resolve(Long.toString(plan.bytes()));
        if (!made.contains(template)) {
            Files.createDirectories(directory);
            files.make(template, plan);
            made.add(template);
        }
        try {
            files.delete(file);
            Reflink.copy(libc, template, file);
            return true;
        } catch (SyscallException e) {
            if (e.errno() != Errno.ENOTSUP && e.errno() != Errno.ENOTTY && e.errno() != Errno.EINVAL) {
                throw e;
            }
            clones = false;
            clear();
            return false;
        }
    }
}
