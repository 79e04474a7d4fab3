package dev.nullbox.cage.disk;

import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Changes to files and names, as the steps between which a power cut matters. Unsynced changes may be lost then, in any
 * part and order. No symbolic link at the end of a path is followed.
 */
class DiskFiles {
    private final Mke2fs mke2fs;

    DiskFiles(Mke2fs mke2fs) {
        this.mke2fs = mke2fs;
    }

    /** A file with a file system. */
    void make(Path file, Mke2fs.Plan plan) throws IOException {
        mke2fs.make(file, plan);
    }

    /** Syncs a file's bytes, or a directory's names. */
    void sync(Path path) throws IOException {
        AtomicFile.sync(path);
    }

    /** Writes a file with these bytes, in place of an existing one, synced. */
    void replace(Path file, byte[] bytes) throws IOException {
        AtomicFile.replace(file, bytes);
    }

    /** Renames, replacing a file of the other name. */
    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes a file; does nothing when there is none. */
    void delete(Path file) throws IOException {
        Files.deleteIfExists(file);
    }

    /** Removes a directory with all in it; does nothing when there is none. */
    void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(directory, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException failure) throws IOException {
                if (failure != null) {
                    throw failure;
                }
                Files.delete(visited);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
