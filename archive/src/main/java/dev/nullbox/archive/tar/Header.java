package dev.nullbox.archive.tar;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.regex.Pattern;

/**
 * Header of a tar entry: a block of 512 bytes.
 *
 * <pre>
 * 0 name 100 | 100 mode 8 | 108 uid 8 | 116 gid 8 | 124 size 12 | 136 mtime 12 | 148 chksum 8 | 156 typeflag 1
 * 157 linkname 100 | 257 magic 6 | 263 version 2 | 329 devmajor 8 | 337 devminor 8 | 345 prefix 155
 * GNU: 257 magic 8 | 386 sparse 4 x (12, 12) | 482 isextended 1 | 483 realsize 12
 * </pre>
 *
 * Source: tar(5).
 */
final class Header {
    static final int BYTES = 512;
    static final int CHECKSUM = 148;
    static final int CHECKSUM_BYTES = 8;
    private static final int NAME_BYTES = 100;
    private static final int MAGIC = 257;
    private static final int PREFIX = 345;
    private static final int PREFIX_BYTES = 155;
    private static final int STAR_PREFIX_BYTES = 131;
    private static final int STAR_MAGIC = 508;
    private static final Pattern SUM = Pattern.compile("[0-7]{1,7}");
    private static final int BINARY = 0x80;
    private static final int NEGATIVE = 0x40;

    private final byte[] block;

    Header(byte[] block) {
        this.block = block;
    }

    /** @throws ArchiveException when the block is no header */
    void check() throws ArchiveException {
        String digits = text(CHECKSUM, CHECKSUM_BYTES).strip();
        long wanted = SUM.matcher(digits).matches() ? Long.parseLong(digits, 8) : -1;
        long unsigned = 0;
        long signed = 0;
        for (int i = 0; i < BYTES; i++) {
            boolean isSum = i >= CHECKSUM && i < CHECKSUM + CHECKSUM_BYTES;
            unsigned += isSum ? ' ' : Byte.toUnsignedInt(block[i]);
            signed += isSum ? ' ' : block[i];
        }
        // Some old archivers summed up signed bytes.
        if (wanted != unsigned && wanted != signed) {
            throw malformed("a header's check sum is wrong: it is damaged, or no tar archive");
        }
    }

    boolean isGnu() {
        return text(MAGIC, 8).equals("ustar  ");
    }

    private boolean isPosix() {
        return text(MAGIC, 6).equals("ustar") && block[MAGIC + 5] == 0;
    }

    String name() {
        String name = text(0, NAME_BYTES);
        if (!isPosix()) {
            return name;
        }
        boolean isStar = text(STAR_MAGIC, 4).equals("tar");
        String prefix = text(PREFIX, isStar ? STAR_PREFIX_BYTES : PREFIX_BYTES);
        return prefix.isEmpty() ? name : prefix + "/" + name;
    }

    String linkName() {
        return text(157, NAME_BYTES);
    }

    char flag() {
        return (char) block[156];
    }

    long mode() throws ArchiveException {
        return number(100, 8, "mode");
    }

    long uid() throws ArchiveException {
        return number(108, 8, "uid");
    }

    long gid() throws ArchiveException {
        return number(116, 8, "gid");
    }

    long size() throws ArchiveException {
        return number(124, 12, "size");
    }

    long mtime() throws ArchiveException {
        return number(136, 12, "mtime");
    }

    /** Bytes up to the first NUL. */
    private String text(int offset, int bytes) {
        return textOf(block, offset, bytes);
    }

    static String textOf(byte[] from, int offset, int bytes) {
        int length = 0;
        while (length < bytes && from[offset + length] != 0) {
            length++;
        }
        return ByteNames.of(from, offset, length);
    }

    /** Tells whether the field is not empty: mark of an extension, or a number. */
    boolean isMarked(int offset) {
        return block[offset] != 0;
    }

    long number(int offset, int bytes, String what) throws ArchiveException {
        return numberOf(block, offset, bytes, what);
    }

    /** Octal digits between spaces and NULs; or, with the highest bit set, a number in two's complement. */
    static long numberOf(byte[] from, int offset, int bytes, String what) throws ArchiveException {
        if ((from[offset] & BINARY) != 0) {
            return binary(from, offset, bytes, what);
        }
        String digits = ByteNames.of(from, offset, bytes).replace('\0', ' ').strip();
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            if (digit < '0' || digit > '7' || value >> 59 != 0) {
                throw malformed("a header's " + what + " is \"" + ByteNames.shown(digits) + "\", not octal digits");
            }
            value = value << 3 | digit - '0';
        }
        return value;
    }

    private static long binary(byte[] from, int offset, int bytes, String what) throws ArchiveException {
        boolean isNegative = (from[offset] & NEGATIVE) != 0;
        long value = isNegative ? -1 : 0;
        for (int i = 0; i < bytes; i++) {
            int next = Byte.toUnsignedInt(from[offset + i]);
            if (i == 0 && !isNegative) {
                next &= ~BINARY;
            }
            if (value >> 55 != (isNegative ? -1 : 0)) {
                throw malformed("a header's " + what + " has more than 63 bits");
            }
            value = value << Byte.SIZE | next;
        }
        return value;
    }

    static ArchiveException malformed(String what) {
        return new ArchiveException(ImportReason.IMPORT_FORMAT, what);
    }
}
