package dev.nullbox.warden;

import java.io.IOException;
import java.util.Optional;

/**
 * One directory's files, by the steps that matter when power fails between two of them.
 *
 * <p>Until {@link #sync} a file's bytes, and until {@link #syncDirectory} its name, may be lost.
 */
interface VaultFiles {
    /**
     * A whole file; absent when there is none.
     *
     * @throws FileTooLargeException when it has more bytes than {@code limit}
     */
    Optional<byte[]> read(String name, int limit) throws IOException;

    /** A new file, in place of one that may be there; 0400 when {@code readOnly}, else 0600. */
    void write(String name, byte[] bytes, boolean readOnly) throws IOException;

    /** Bytes to the disk: fsync(2). */
    void sync(String name) throws IOException;

    /** One name for another at once, replacing what had it: rename(2). */
    void rename(String from, String to) throws IOException;

    /** Names to the disk: fsync(2) of the directory. */
    void syncDirectory() throws IOException;

    /** All of the bytes under the name, or what was there before; on return they outlive a power cut. */
    default void replace(String name, byte[] bytes, boolean readOnly) throws IOException {
        String temporary = name + ".tmp";
        write(temporary, bytes, readOnly);
        sync(temporary);
        rename(temporary, name);
        syncDirectory();
    }

    /** A file that is longer than what is read. */
    final class FileTooLargeException extends IOException {
        private static final long serialVersionUID = 1L;

        private final long bytes;

        FileTooLargeException(String name, long bytes) {
            super(name + " has " + bytes + " bytes");
            this.bytes = bytes;
        }

        long bytes() {
            return bytes;
        }
    }
}
