package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * A file that appears whole or not at all: written beside its place under another name, mode 0600, and moved there by
 * {@link #commit}; closed before that, it is gone.
 */
public final class NewFile implements AutoCloseable {
    private final Path place;
    private final boolean replaces;
    private final Path temporary;
    private final FileChannel channel;
    private boolean committed;

    private NewFile(Path place, boolean replaces, Path temporary, FileChannel channel) {
        this.place = place;
        this.replaces = replaces;
        this.temporary = temporary;
        this.channel = channel;
    }

    /**
     * Begins a file.
     *
     * @param replaces whether a file that is there may be replaced
     * @throws UsageException when one is there and may not, or the directory is missing
     */
    public static NewFile at(Path place, boolean replaces) throws UsageException, LocalFileException {
        Path directory = directory(place);
        if (!Files.isDirectory(directory)) {
            throw new UsageException("there is no directory " + directory);
        }
        if (Files.isDirectory(place)) {
            throw new UsageException(place + " is a directory: name a file in it");
        }
        if (!replaces && Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            throw exists(place);
        }
        try {
            // The JDK makes temporary files with mode 0600.
            Path temporary = Files.createTempFile(directory, "." + place.getFileName() + ".", ".part");
            return new NewFile(place, replaces, temporary, FileChannel.open(temporary, StandardOpenOption.WRITE));
        } catch (IOException e) {
            throw new LocalFileException("cannot write in " + directory, e);
        }
    }

    public void write(byte[] bytes) throws LocalFileException {
        ByteBuffer left = ByteBuffer.wrap(bytes);
        try {
            while (left.hasRemaining()) {
                channel.write(left);
            }
        } catch (IOException e) {
            throw new LocalFileException("cannot write " + place, e);
        }
    }

    /** Puts the file in its place, on the disk. */
    public void commit() throws UsageException, LocalFileException {
        try {
            channel.force(true);
            channel.close();
            if (replaces) {
                Files.move(temporary, place, StandardCopyOption.ATOMIC_MOVE);
            } else {
                Files.move(temporary, place);
            }
            committed = true;
            try (FileChannel directory = FileChannel.open(directory(place))) {
                directory.force(true);
            }
        } catch (FileAlreadyExistsException e) {
            throw exists(place);
        } catch (IOException e) {
            throw new LocalFileException("cannot write " + place, e);
        }
    }

    @Override
    public void close() throws LocalFileException {
        try {
            channel.close();
            if (!committed) {
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            throw new LocalFileException("cannot remove " + temporary, e);
        }
    }

    private static Path directory(Path place) {
        return Optional.ofNullable(place.toAbsolutePath().getParent()).orElse(Path.of("/"));
    }

    private static UsageException exists(Path place) {
        return new UsageException(place + " is there already: --force replaces it");
    }
}
