package dev.nullbox.archive.files;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/** Extended attributes that belong to a file itself, and not to its host. Source: xattr(7). */
final class Xattrs {
    private static final String CAPABILITY = "security.capability";
    /** XATTR_LIST_MAX and XATTR_SIZE_MAX of linux/limits.h. */
    private static final int MAX_BYTES = 65_536;

    private final Libc libc;

    Xattrs(Libc libc) {
        this.libc = libc;
    }

    /** Attributes of a file, without following a link; none on a file system without attributes. */
    Map<String, ByteName> of(Path file) throws IOException {
        byte[] path = PathBytes.absolute(file);
        long size = length(file, libc.llistxattr(path, new byte[0]));
        if (size == 0) {
            return Map.of();
        }
        byte[] list = new byte[MAX_BYTES];
        int end = (int) length(file, libc.llistxattr(path, list));
        Map<String, ByteName> found = new HashMap<>();
        for (String name : new String(list, 0, end, StandardCharsets.UTF_8).split("\0", -1)) {
            if (isTheFilesOwn(name)) {
                byte[] value = new byte[MAX_BYTES];
                int length = (int) length(file, libc.lgetxattr(path, name, value));
                found.put(name, new ByteName(Arrays.copyOf(value, length)));
            }
        }
        return found;
    }

    /**
     * Tells whether an attribute belongs to the file: labels of the host's security modules, and an overlay's records,
     * mean nothing in a guest.
     */
    private static boolean isTheFilesOwn(String name) {
        return !name.isEmpty()
                && (name.equals(CAPABILITY) || !name.startsWith("security."))
                && !name.startsWith("trusted.overlay.");
    }

    private static long length(Path file, SysResult result) throws IOException {
        return switch (result) {
            case SysResult.Ok(long value) -> value;
            // ENODATA: it was removed meanwhile.
            case SysResult.Failed(int errno) when errno == Errno.ENOTSUP || errno == Errno.ENODATA -> 0;
            case SysResult.Failed(int errno) ->
                throw new IOException("extended attributes of " + file + ": " + Errno.describe(errno));
        };
    }
}
