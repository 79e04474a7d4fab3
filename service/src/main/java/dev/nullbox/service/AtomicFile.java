package dev.nullbox.service;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that appears whole or not at all, also after a power cut: written beside its place under a name of its own, mode
 * 0600 from the start, and moved there by {@link #commit}; closed before that, nothing of it is left.
 */
public final class AtomicFile implements AutoCloseable {
    private final Path place;
    private final Path temporary;
    private final FileChannel channel;

    private AtomicFile(Path place, Path temporary, FileChannel channel) {
        this.place = place;
        this.temporary = temporary;
        this.channel = channel;
    }

    /** Begins a file. */
    public static AtomicFile begin(Path place) throws IOException {
        // The JDK makes temporary files with mode 0600, and never opens one that is there.
        Path temporary = Files.createTempFile(directory(place), "." + place.getFileName() + ".", ".part");
        try {
            return new AtomicFile(place, temporary, FileChannel.open(temporary, StandardOpenOption.WRITE));
        } catch (IOException e) {
            Files.delete(temporary);
            throw e;
        }
    }

    /** Puts a file with these bytes in the place, where there may be one. */
    public static void replace(Path place, byte[] bytes) throws IOException {
        try (AtomicFile file = begin(place)) {
            file.write(bytes);
            file.commit(true);
        }
    }

    /** Appends all of the bytes. */
    public void write(byte[] bytes) throws IOException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        while (left.hasRemaining()) {
            channel.write(left);
        }
    }

    /**
     * Puts the file in its place, on the disk.
     *
     * @param replaces whether a file that is there may be replaced
     * @throws java.nio.file.FileAlreadyExistsException when one is there and may not
     */
    public void commit(boolean replaces) throws IOException {
        channel.force(true);
        channel.close();
        if (replaces) {
            Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
        } else {
            Files.move(temporary, place);
        }
        sync(directory(place));
    }

    @Override
    public void close() throws IOException {
        channel.close();
        Files.deleteIfExists(temporary);
    }

    /** Has the disk keep a file, or a directory's names, as they are now; fsync(2) takes any descriptor. */
    public static void sync(Path path) throws IOException {
        try (FileChannel any = FileChannel.open(path, StandardOpenOption.READ)) {
            any.force(true);
        }
    }

    private static Path directory(Path place) {
        return Optional.ofNullable(place.toAbsolutePath().getParent()).orElse(Path.of("/"));
    }
}
