package dev.nullbox.service;

import java.io.IOException;
import java.nio.file.Path;
import java.util.OptionalLong;

/**
 * Files of one directory, as the steps between which a power cut matters.
 *
 * <p>Until {@link #sync} a file's bytes and length, and until {@link #syncDirectory} its name, may be lost, in any part
 * and order.
 */
public interface Directory {
    /** The directory of the real file system; no symbolic link in it is followed. */
    static Directory at(Path path) {
        return new DiskDirectory(path);
    }

    /** The file's size in bytes; absent when there is no file. */
    OptionalLong size(String name) throws IOException;

    /**
     * So many bytes from the position.
     *
     * @throws IOException also when the file ends before
     */
    byte[] read(String name, long position, int length) throws IOException;

    /** Creates an empty file of mode 0600, in place of an existing one. */
    void create(String name) throws IOException;

    /** Bytes at the position, which may lie at the end. */
    void write(String name, long position, byte[] bytes) throws IOException;

    /** Cuts the file down to the length. */
    void truncate(String name, long length) throws IOException;

    /** Bytes to the disk: fsync(2). */
    void sync(String name) throws IOException;

    /** Renames a file atomically, replacing one of the other name: rename(2). */
    void rename(String from, String to) throws IOException;

    /** Removes the file if it is there. */
    void delete(String name) throws IOException;

    /** Names to the disk: fsync(2) of the directory. */
    void syncDirectory() throws IOException;
}
