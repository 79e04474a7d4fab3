package dev.nullbox.archive.handmade;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/** Tar archive made by hand, header by header, so that it may be as wrong as a test needs it. */
public final class TarBuilder {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** Header whose fields may be written over before it is sealed. */
    public static final class RawHeader {
        final byte[] block = new byte[512];

        public RawHeader put(int offset, byte[] bytes) {
            System.arraycopy(bytes, 0, block, offset, bytes.length);
            return this;
        }

        public RawHeader put(int offset, String latin1) {
            return put(offset, latin1.getBytes(StandardCharsets.ISO_8859_1));
        }

        public RawHeader octal(int offset, int width, long value) {
            return put(offset, ("%0" + (width - 1) + "o\0").formatted(value));
        }
    }

    public static RawHeader header(String name, char flag, long size) {
        RawHeader header = new RawHeader()
                .put(0, name)
                .octal(100, 8, flag == '5' ? 0755 : 0644)
                .octal(108, 8, 0)
                .octal(116, 8, 0)
                .octal(124, 12, size)
                .octal(136, 12, 1_000_000_000)
                .put(156, String.valueOf(flag))
                .put(257, "ustar\00000");
        return header;
    }

    /** Adds the header with its check sum, and the content up to a whole block. */
    public TarBuilder add(RawHeader header, byte[] content) {
        Arrays.fill(header.block, 148, 156, (byte) ' ');
        int sum = 0;
        for (byte one : header.block) {
            sum += one & 0xff;
        }
        header.put(148, "%06o\0 ".formatted(sum));
        return bytes(header.block).content(content);
    }

    /** Adds bytes as they are. */
    public TarBuilder bytes(byte[] bytes) {
        out.writeBytes(bytes);
        return this;
    }

    private TarBuilder content(byte[] content) {
        out.writeBytes(content);
        out.writeBytes(new byte[-content.length & 511]);
        return this;
    }

    public TarBuilder file(String name, String content) {
        byte[] bytes = content.getBytes(StandardCharsets.UTF_8);
        return file(name, bytes);
    }

    public TarBuilder file(String name, byte[] content) {
        return add(header(name, '0', content.length), content);
    }

    public TarBuilder directory(String name) {
        return add(header(name, '5', 0), new byte[0]);
    }

    public TarBuilder symlink(String name, String target) {
        return add(header(name, '2', 0).put(157, target), new byte[0]);
    }

    public TarBuilder link(String name, String target) {
        return add(header(name, '1', 0).put(157, target), new byte[0]);
    }

    public TarBuilder device(String name) {
        return add(header(name, '3', 0).octal(329, 8, 1).octal(337, 8, 3), new byte[0]);
    }

    public TarBuilder fifo(String name) {
        return add(header(name, '6', 0), new byte[0]);
    }

    /** A pax header for the next entry. Values are bytes in ISO 8859-1. */
    public TarBuilder pax(Map<String, String> records) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        // In one order, so that a seed of a test means the same archive each time.
        new TreeMap<>(records).forEach((key, value) -> {
            String rest = " " + key + "=" + value + "\n";
            int length = rest.length() + 1;
            while (Integer.toString(length).length() + rest.length() != length) {
                length++;
            }
            all.writeBytes((length + rest).getBytes(StandardCharsets.ISO_8859_1));
        });
        return add(header("PaxHeaders/x", 'x', all.size()), all.toByteArray());
    }

    /** Without an end mark. */
    public byte[] cut() {
        return out.toByteArray();
    }

    public byte[] end() {
        out.writeBytes(new byte[1024]);
        return out.toByteArray();
    }
}
