package dev.nullbox.archive.tar;

import java.util.Collections;
import java.util.Map;
import java.util.SortedMap;

/**
 * Entry of a tar archive.
 *
 * @param path the archive's own, as bytes
 * @param size of the file, holes included; 0 for all but files
 * @param target of a link: a symbolic one's text, or the path of another entry; else empty
 * @param xattrs names and values, values as bytes
 */
public record TarEntry(
        String path,
        Kind kind,
        int mode,
        int uid,
        int gid,
        long seconds,
        int nanos,
        long size,
        String target,
        SortedMap<String, byte[]> xattrs) {
    /** The bits of a mode that are not the type. */
    public static final int MODE_BITS = 07777;

    private static final long ENTRY_BYTES = 64;

    /** Kind of file. */
    public enum Kind {
        FILE('0'),
        HARD_LINK('1'),
        SYMLINK('2'),
        CHARACTER_DEVICE('3'),
        BLOCK_DEVICE('4'),
        DIRECTORY('5'),
        FIFO('6');

        private final char flag;

        Kind(char flag) {
            this.flag = flag;
        }

        /** The type flag of ustar. */
        char flag() {
            return flag;
        }
    }

    /** A directory of root's that no entry describes. */
    public static TarEntry implicitDirectory() {
        return new TarEntry("", Kind.DIRECTORY, 0755, 0, 0, 0, 0, 0, "", Collections.emptySortedMap());
    }

    /** The same without a path, and with these attributes. */
    public TarEntry withoutPath(SortedMap<String, byte[]> kept) {
        return new TarEntry("", kind, mode, uid, gid, seconds, nanos, size, target, kept);
    }

    /** The same at this path. */
    public TarEntry withPath(String path) {
        return new TarEntry(path, kind, mode, uid, gid, seconds, nanos, size, target, xattrs);
    }

    /** A further name of it, which itself is at {@code first}. */
    public TarEntry hardLink(String path, String first) {
        return new TarEntry(
                path, Kind.HARD_LINK, mode, uid, gid, seconds, nanos, 0, first, Collections.emptySortedMap());
    }

    public boolean isDevice() {
        return kind == Kind.CHARACTER_DEVICE || kind == Kind.BLOCK_DEVICE;
    }

    /** Approximate bytes of memory that it takes. */
    public long metadataBytes() {
        long bytes = ENTRY_BYTES + path.length() + target.length();
        for (Map.Entry<String, byte[]> xattr : xattrs.entrySet()) {
            bytes += ENTRY_BYTES + xattr.getKey().length() + xattr.getValue().length;
        }
        return bytes;
    }
}
