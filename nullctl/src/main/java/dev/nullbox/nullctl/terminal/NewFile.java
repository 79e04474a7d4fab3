package dev.nullbox.nullctl.terminal;

import dev.nullbox.service.AtomicFile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** An {@link AtomicFile} of the operator: mode 0600, refused before it is begun if it would replace another. */
public final class NewFile implements AutoCloseable {
    private final Path place;
    private final boolean replaces;
    private final AtomicFile file;

    private NewFile(Path place, boolean replaces, AtomicFile file) {
        this.place = place;
        this.replaces = replaces;
        this.file = file;
    }

    /**
     * Begins a file.
     *
     * @param replaces whether an existing file may be replaced
     * @throws UsageException when one exists and may not be, or the directory is missing
     */
    public static NewFile at(Path place, boolean replaces) throws UsageException, LocalFileException {
        Path directory = place.toAbsolutePath().resolveSibling("");
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
            return new NewFile(place, replaces, AtomicFile.begin(place));
        } catch (IOException e) {
            throw new LocalFileException("cannot write in " + directory, e);
        }
    }

    public void write(byte[] bytes) throws LocalFileException {
        try {
            file.write(bytes);
        } catch (IOException e) {
            throw new LocalFileException("cannot write " + place, e);
        }
    }

    /** Syncs the file and gives it its path. */
    public void commit() throws UsageException, LocalFileException {
        try {
            file.commit(replaces);
        } catch (FileAlreadyExistsException e) {
            throw exists(place);
        } catch (IOException e) {
            throw new LocalFileException("cannot write " + place, e);
        }
    }

    @Override
    public void close() throws LocalFileException {
        try {
            file.close();
        } catch (IOException e) {
            throw new LocalFileException("cannot remove what was written for " + place, e);
        }
    }

    private static UsageException exists(Path place) {
        return new UsageException(place + " is there already: --force replaces it");
    }
}
