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
 * Maker of fresh layers, the disks that take what an agent writes to its root. For each size mke2fs makes one template,
 * and every layer of that size is a reflink clone of it: it shares the template's blocks until one is written to. Where
 * the file system does not support reflinks, mke2fs makes each layer. Templates are valid only for the store that made
 * them, which begins with {@link #clear}: they are not synced, so that a power cut leaves any part of one.
 */
final class Templates {
    private final Libc libc;
    private final DiskFiles files;
    private final Path directory;
    private final Set<Path> made = new HashSet<>();
    private boolean supportsReflinks;

    /**
     * @param directory directory for the templates, on the file system of the layers; need not exist
     * @param supportsReflinks whether that file system should support reflinks; no clone is tried otherwise
     */
    Templates(Libc libc, DiskFiles files, Path directory, boolean supportsReflinks) {
        this.libc = libc;
        this.files = files;
        this.directory = directory;
        this.supportsReflinks = supportsReflinks;
    }

    /** Removes all templates, an earlier store's too. */
    void clear() throws IOException {
        files.deleteTree(directory);
    }

    /**
     * Creates a layer, in place of an existing file.
     *
     * @param plan an empty file system; plans of one size must be equal
     */
    void make(Path file, Mke2fs.Plan plan) throws IOException {
        if (!cloned(file, plan)) {
            files.make(file, plan);
        }
    }

    private synchronized boolean cloned(Path file, Mke2fs.Plan plan) throws IOException {
        if (!supportsReflinks) {
            return false;
        }
        Path template = directory.resolve(Long.toString(plan.bytes()));
        if (!made.contains(template)) {
            Files.createDirectories(directory);
            files.make(template, plan);
            made.add(template);
        }
        try {
            // Reflink.copy refuses a path that exists.
            files.delete(file);
            Reflink.copy(libc, template, file);
            return true;
        } catch (SyscallException e) {
            // These three say that reflinks are not supported here after all; any other error is a failure.
            if (e.errno() != Errno.ENOTSUP && e.errno() != Errno.ENOTTY && e.errno() != Errno.EINVAL) {
                throw e;
            }
            supportsReflinks = false;
            clear();
            return false;
        }
    }
}
