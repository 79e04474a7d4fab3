package dev.nullbox.gate.head;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Builder of TLS ClientHellos, valid and otherwise. Without a key share a server asks for another hello. */
public final class Hellos {
    private static final int SERVER_NAME = 0;

    private Hellos() {}

    /** A record with a hello for this name. */
    public static byte[] hello(String name) {
        return record(message(serverName(name)));
    }

    /** The extension with one host name. */
    public static byte[] serverName(String name) {
        byte[] host = name.getBytes(StandardCharsets.ISO_8859_1);
        return extension(SERVER_NAME, list(join(new byte[] {0}, list(host))));
    }

    /** An extension. */
    public static byte[] extension(int type, byte[] body) {
        return join(number(type), list(body));
    }

    /** A handshake message with these extensions, and those that each TLS 1.3 client has. */
    public static byte[] message(byte[]... extensions) {
        byte[] common = join(
                extension(10, list(join(number(23), number(29)))),
                extension(13, list(join(number(0x0403), number(0x0804)))),
                extension(43, new byte[] {2, 3, 4}),
                extension(51, number(0)));
        return handshake(join(
                number(0x0303),
                new byte[32],
                new byte[] {0},
                list(join(number(0x1301), number(0x1302))),
                new byte[] {1, 0},
                list(join(join(extensions), common))));
    }

    /** A ClientHello with this body. */
    public static byte[] handshake(byte[] body) {
        return join(new byte[] {1, 0}, list(body));
    }

    /** A handshake record. */
    public static byte[] record(byte[] message) {
        return record(22, message);
    }

    /** A record of a type. */
    public static byte[] record(int type, byte[] body) {
        return join(new byte[] {(byte) type, 3, 1}, list(body));
    }

    /** Handshake records of so many bytes of a message each. */
    public static byte[] records(byte[] message, int size) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (int from = 0; from < message.length; from += size) {
            byte[] piece = new byte[Math.min(size, message.length - from)];
            System.arraycopy(message, from, piece, 0, piece.length);
            all.writeBytes(record(piece));
        }
        return all.toByteArray();
    }

    /** Bytes with their length in two bytes before them. */
    public static byte[] list(byte[] bytes) {
        return join(number(bytes.length), bytes);
    }

    private static byte[] number(int value) {
        return new byte[] {(byte) (value >> Byte.SIZE), (byte) value};
    }

    /** All of them in a row. */
    public static byte[] join(byte[]... parts) {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            all.writeBytes(part);
        }
        return all.toByteArray();
    }
}
