package dev.nullbox.archive.tar;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Blocks of an archive as both writers make them: ustar headers, and records of pax headers. Source: POSIX.1-2017, pax. */
public final class TarBlock {
    private static final byte[] MAGIC = ascii("ustar\00000");

    private TarBlock() {}

    /**
     * A header's block, with its check sum.
     *
     * @param name at most 100 bytes, as is {@code link}
     * @param uid as {@code gid}, mode and device numbers below 8^7; size and seconds below 8^11
     * @param flag typeflag
     */
    public static byte[] header(
            byte[] name,
            long mode,
            long uid,
            long gid,
            long size,
            long seconds,
            char flag,
            byte[] link,
            long major,
            long minor) {
        byte[] block = new byte[Header.BYTES];
        System.arraycopy(name, 0, block, 0, name.length);
        octal(block, 100, 8, mode);
        octal(block, 108, 8, uid);
        octal(block, 116, 8, gid);
        octal(block, 124, 12, size);
        octal(block, 136, 12, seconds);
        block[156] = (byte) flag;
        System.arraycopy(link, 0, block, 157, link.length);
        System.arraycopy(MAGIC, 0, block, 257, MAGIC.length);
        octal(block, 329, 8, major);
        octal(block, 337, 8, minor);
        Arrays.fill(block, Header.CHECKSUM, Header.CHECKSUM + Header.CHECKSUM_BYTES, (byte) ' ');
        long sum = 0;
        for (byte one : block) {
            sum += Byte.toUnsignedInt(one);
        }
        octal(block, Header.CHECKSUM, Header.CHECKSUM_BYTES - 1, sum);
        return block;
    }

    /** A record of a pax header, whose length counts its own digits. */
    public static byte[] record(byte[] key, byte[] value) {
        // A space, an equals sign, a line feed, and the digits of the length itself.
        int rest = key.length + value.length + 3;
        int length = rest + Integer.toString(rest).length();
        length = rest + Integer.toString(length).length();
        ByteArrayOutputStream record = new ByteArrayOutputStream(length);
        record.writeBytes(ascii(length + " "));
        record.writeBytes(key);
        record.write('=');
        record.writeBytes(value);
        record.write('\n');
        return record.toByteArray();
    }

    /** Digits and a NUL. */
    private static void octal(byte[] block, int offset, int bytes, long value) {
        String digits = Long.toOctalString(value);
        byte[] text = ascii("0".repeat(bytes - 1 - digits.length()) + digits);
        System.arraycopy(text, 0, block, offset, text.length);
        block[offset + bytes - 1] = 0;
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
