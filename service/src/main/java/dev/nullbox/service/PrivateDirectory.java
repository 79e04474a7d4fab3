package dev.nullbox.service;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;

/** Directories of mode 0700: of the service alone. */
public final class PrivateDirectory {
    private static final FileAttribute<?> OF_ITS_USER_ALONE =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"));

    private PrivateDirectory() {}

    /** Makes a directory. */
    public static void make(Path path) throws IOException {
        Files.createDirectory(path, OF_ITS_USER_ALONE);
    }

    /** Makes a directory unless there is one; refuses a link. Returns the path. */
    public static Path ensure(Path path) throws IOException {
        if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
            make(path);
        }
        return path;
    }
}
