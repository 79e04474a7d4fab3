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
 * File that appears complete or not at all, also after a power cut: written to a temporary file beside the target, mode
 * 0600 from the start, and renamed by {@link #commit}. {@link #close} before that removes it.
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

    /** Begins the file that will have this path. */
    public static AtomicFile begin(Path place) throws IOException {
        // The JDK makes temporary files with mode 0600, and never opens an existing one.
        Path temporary = Files.createTempFile(directory(place), "." + place.getFileName() + ".", ".part");
        try {
            return new AtomicFile(place, temporary, FileChannel.open(temporary, StandardOpenOption.WRITE));
        } catch (IOException e) {
            Files.delete(temporary);
            throw e;
        }
    }

    /** Writes a file with these bytes, in place of an existing one if there is any. */
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
     * Syncs the file and gives it its path.
     *
     * @param replaces whether an existing file may be replaced
     * @throws java.nio.file.FileAlreadyExistsException when one exists and may not be
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

    /** Syncs a file, or a directory's names, to the disk; fsync(2) takes any descriptor. */
    public static void sync(Path path) throws IOException {
        try (FileChannel any = FileChannel.open(path, StandardOpenOption.READ)) {
            any.force(true);
        }
    }

    private static Path directory(Path place) {
        return Optional.ofNullable(place.toAbsolutePath().getParent()).orElse(Path.of("/"));
    }
}
