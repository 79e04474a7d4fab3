package dev.nullbox.archive.tar;

import dev.nullbox.archive.ByteNames;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Writer of a tar archive in pax form: ustar headers, each preceded by a pax header with what does not fit. The same
 * entries give the same bytes.
 */
public final class TarWriter {
    private static final int NAME_BYTES = 100;
    private static final long MAX_ID = 07777777;
    private static final long MAX_SIZE = 077777777777L;

    private final OutputStream out;
    private long padding;

    public TarWriter(OutputStream out) {
        this.out = out;
    }

    /**
     * Begins an entry; the caller then writes as many bytes as its size to the stream.
     *
     * @param entry with its target as it is written to the archive
     */
    public void begin(TarEntry entry) throws IOException {
        pad();
        SortedMap<String, byte[]> pax = new TreeMap<>();
        entry.xattrs().forEach((name, value) -> pax.put("SCHILY.xattr." + name, value));
        if (entry.path().length() >= NAME_BYTES) {
            pax.put("path", ByteNames.bytes(entry.path()));
        }
        if (entry.target().length() >= NAME_BYTES) {
            pax.put("linkpath", ByteNames.bytes(entry.target()));
        }
        number(pax, "uid", Integer.toUnsignedLong(entry.uid()), MAX_ID);
        number(pax, "gid", Integer.toUnsignedLong(entry.gid()), MAX_ID);
        number(pax, "size", entry.size(), MAX_SIZE);
        if (entry.nanos() != 0 || entry.seconds() < 0 || entry.seconds() > MAX_SIZE) {
            pax.put("mtime", ascii(time(entry.seconds(), entry.nanos())));
        }
        if (!pax.isEmpty()) {
            byte[] records = records(pax);
            header(new byte[0], 0, 0, 0, records.length, 0, 'x', new byte[0]);
            out.write(records);
            padding = -records.length & Header.BYTES - 1;
            pad();
        }
        header(
                ByteNames.bytes(entry.path()),
                entry.mode(),
                fitting(Integer.toUnsignedLong(entry.uid()), MAX_ID),
                fitting(Integer.toUnsignedLong(entry.gid()), MAX_ID),
                fitting(entry.size(), MAX_SIZE),
                fitting(entry.seconds(), MAX_SIZE),
                entry.kind().flag(),
                ByteNames.bytes(entry.target()));
        padding = -entry.size() & Header.BYTES - 1;
    }

    /** Writes the end mark. */
    public void finish() throws IOException {
        pad();
        out.write(new byte[2 * Header.BYTES]);
        out.flush();
    }

    private void pad() throws IOException {
        out.write(new byte[(int) padding]);
        padding = 0;
    }

    private static void number(Map<String, byte[]> pax, String key, long value, long most) {
        if (value > most) {
            pax.put(key, ascii(Long.toString(value)));
        }
    }

    private static long fitting(long value, long most) {
        return value < 0 || value > most ? 0 : value;
    }

    private static String time(long seconds, int nanos) {
        if (nanos == 0) {
            return Long.toString(seconds);
        }
        boolean isNegative = seconds < 0;
        long whole = isNegative ? -(seconds + 1) : seconds;
        int fraction = isNegative ? 1_000_000_000 - nanos : nanos;
        return (isNegative ? "-" : "") + whole + "." + String.format("%09d", fraction);
    }

    private static byte[] records(SortedMap<String, byte[]> pax) {
        ByteArrayOutputStream records = new ByteArrayOutputStream();
        pax.forEach((key, value) -> records.writeBytes(TarBlock.record(ByteNames.bytes(key), value)));
        return records.toByteArray();
    }

    private void header(byte[] name, long mode, long uid, long gid, long size, long mtime, char flag, byte[] target)
            throws IOException {
        out.write(TarBlock.header(shown(name), mode, uid, gid, size, mtime, flag, shown(target), 0, 0));
    }

    /** What fits before a NUL; the rest is in the pax header. */
    private static byte[] shown(byte[] text) {
        return Arrays.copyOf(text, Math.min(text.length, NAME_BYTES - 1));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
