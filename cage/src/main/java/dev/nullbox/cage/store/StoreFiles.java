package dev.nullbox.cage.store;

import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Changes to the store's files, as the steps between which a power cut matters. */
class StoreFiles {
    /** Writes a file with these bytes, in place of an existing one, synced. */
    void replace(Path file, byte[] bytes) throws IOException {
        AtomicFile.replace(file, bytes);
    }

    /** Syncs a file's bytes or a directory's names. */
    void sync(Path path) throws IOException {
        AtomicFile.sync(path);
    }

    /** Renames; there is no file of the other name. */
    void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Removes a file or an empty directory; does nothing when there is none. */
    void delete(Path path) throws IOException {
        Files.deleteIfExists(path);
    }
}
