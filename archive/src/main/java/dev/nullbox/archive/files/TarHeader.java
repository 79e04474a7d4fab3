package dev.nullbox.archive.files;

import dev.nullbox.archive.tar.TarBlock;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Header of one entry of a tar archive: ustar, with a pax header before it for values that do not fit. Source:
 * POSIX.1-2017, pax; names that are no UTF-8 and extended attributes as GNU tar has them.
 *
 * @param name without a slash before it; a directory's ends with one
 * @param type typeflag
 * @param mode permissions with set-user-ID, set-group-ID and sticky bits
 * @param seconds of its modification, since 1970
 * @param link linkname, empty for none
 * @param xattrs by their full names
 */
record TarHeader(
        ByteName name,
        EntryType type,
        int mode,
        long uid,
        long gid,
        long size,
        long seconds,
        ByteName link,
        long device,
        Map<String, ByteName> xattrs) {
    /** Bytes of a header, and of the unit of an archive. */
    static final int BLOCK = 512;

    private static final int NAME_BYTES = 100;
    private static final int SHORT_FIELD = 8;
    private static final int LONG_FIELD = 12;
    private static final int PAX_MODE = 0644;

    TarHeader {
        xattrs = Map.copyOf(xattrs);
    }

    /** Its blocks, a pax header among them where one is needed. */
    byte[] encode() {
        Map<String, byte[]> pax = pax();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (!pax.isEmpty()) {
            ByteArrayOutputStream records = new ByteArrayOutputStream();
            pax.forEach(
                    (key, value) -> records.writeBytes(TarBlock.record(key.getBytes(StandardCharsets.UTF_8), value)));
            TarHeader before = new TarHeader(
                    new ByteName("PaxHeaders/entry".getBytes(StandardCharsets.US_ASCII)),
                    EntryType.PAX,
                    PAX_MODE,
                    0,
                    0,
                    records.size(),
                    0,
                    ByteName.NONE,
                    0,
                    Map.of());
            out.writeBytes(before.block());
            out.writeBytes(records.toByteArray());
            out.writeBytes(new byte[padding(records.size())]);
        }
        out.writeBytes(block());
        return out.toByteArray();
    }

    /** Bytes of padding after so many to the end of a block. */
    static int padding(long size) {
        return (int) ((BLOCK - size % BLOCK) % BLOCK);
    }

    private Map<String, byte[]> pax() {
        Map<String, byte[]> pax = new LinkedHashMap<>();
        if (name.bytes().length > NAME_BYTES) {
            pax.put("path", name.bytes());
        }
        if (link.bytes().length > NAME_BYTES) {
            pax.put("linkpath", link.bytes());
        }
        put(pax, "size", size, LONG_FIELD);
        put(pax, "uid", uid, SHORT_FIELD);
        put(pax, "gid", gid, SHORT_FIELD);
        put(pax, "mtime", seconds, LONG_FIELD);
        xattrs.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .forEach(xattr -> pax.put(
                        "SCHILY.xattr." + xattr.getKey(), xattr.getValue().bytes()));
        return pax;
    }

    private static void put(Map<String, byte[]> pax, String key, long value, int field) {
        if (!fits(value, field)) {
            pax.put(key, ascii(String.valueOf(value)));
        }
    }

    private static boolean fits(long value, int field) {
        return value >= 0 && value < 1L << (3 * (field - 1));
    }

    private byte[] block() {
        return TarBlock.header(
                shown(name),
                fitting(mode, SHORT_FIELD),
                fitting(uid, SHORT_FIELD),
                fitting(gid, SHORT_FIELD),
                fitting(size, LONG_FIELD),
                fitting(seconds, LONG_FIELD),
                type.flag(),
                shown(link),
                fitting(major(device), SHORT_FIELD),
                fitting(minor(device), SHORT_FIELD));
    }

    private static byte[] shown(ByteName name) {
        return Arrays.copyOf(name.bytes(), Math.min(NAME_BYTES, name.bytes().length));
    }

    /** 0 for a number that is in the pax header. */
    private static long fitting(long value, int field) {
        return fits(value, field) ? value : 0;
    }

    /** Source: gnu_dev_major in sys/sysmacros.h. */
    private static long major(long device) {
        return ((device >>> 8) & 0xfff) | ((device >>> 32) & 0xffff_f000L);
    }

    private static long minor(long device) {
        return (device & 0xff) | ((device >>> 12) & 0xffff_ff00L);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
