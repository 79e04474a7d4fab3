package dev.nullbox.archive.files;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Header of one entry of a tar archive: ustar, with a pax header before it for values that do not fit. Source:
 * POSIX.1-2017, pax; names that are no UTF-8 and extended attributes as GNU tar has them.
 *
 * <pre>
 * name 0+100 | mode 100+8 | uid 108+8 | gid 116+8 | size 124+12 | mtime 136+12 | chksum 148+8 | typeflag 156
 * linkname 157+100 | magic 257+6 | version 263+2 | uname 265+32 | gname 297+32 | devmajor 329+8 | devminor 337+8
 * prefix 345+155
 * </pre>
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
    private static final int MODE_AT = 100;
    private static final int UID_AT = 108;
    private static final int GID_AT = 116;
    private static final int SIZE_AT = 124;
    private static final int TIME_AT = 136;
    private static final int SUM_AT = 148;
    private static final int TYPE_AT = 156;
    private static final int LINK_AT = 157;
    private static final int MAGIC_AT = 257;
    private static final int MAJOR_AT = 329;
    private static final int MINOR_AT = 337;
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
            pax.forEach((key, value) -> records.writeBytes(record(key, value)));
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

    /** A record of a pax header, whose length counts its own digits. */
    private static byte[] record(String key, byte[] value) {
        byte[] name = key.getBytes(StandardCharsets.UTF_8);
        int rest = 1 + name.length + 1 + value.length + 1;
        int length = rest + String.valueOf(rest).length();
        length = rest + String.valueOf(length).length();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(ascii(length + " "));
        out.writeBytes(name);
        out.write('=');
        out.writeBytes(value);
        out.write('\n');
        return out.toByteArray();
    }

    private byte[] block() {
        byte[] block = new byte[BLOCK];
        text(block, 0, name.bytes());
        octal(block, MODE_AT, SHORT_FIELD, mode);
        octal(block, UID_AT, SHORT_FIELD, uid);
        octal(block, GID_AT, SHORT_FIELD, gid);
        octal(block, SIZE_AT, LONG_FIELD, size);
        octal(block, TIME_AT, LONG_FIELD, seconds);
        block[TYPE_AT] = (byte) type.flag();
        text(block, LINK_AT, link.bytes());
        text(block, MAGIC_AT, ascii("ustar\00000"));
        octal(block, MAJOR_AT, SHORT_FIELD, major(device));
        octal(block, MINOR_AT, SHORT_FIELD, minor(device));
        Arrays.fill(block, SUM_AT, SUM_AT + SHORT_FIELD, (byte) ' ');
        int sum = 0;
        for (byte one : block) {
            sum += one & 0xff;
        }
        octal(block, SUM_AT, SHORT_FIELD - 1, sum);
        return block;
    }

    private static void text(byte[] block, int at, byte[] text) {
        System.arraycopy(text, 0, block, at, Math.min(NAME_BYTES, text.length));
    }

    /** Writes a number in octal; one that does not fit is in the pax header. */
    private static void octal(byte[] block, int at, int field, long value) {
        String digits = Long.toOctalString(fits(value, field) ? value : 0);
        byte[] text = ascii("0".repeat(field - 1 - digits.length()) + digits);
        System.arraycopy(text, 0, block, at, text.length);
        block[at + field - 1] = 0;
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
