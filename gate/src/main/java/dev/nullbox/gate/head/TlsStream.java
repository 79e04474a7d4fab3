package dev.nullbox.gate.head;

import dev.nullbox.gate.head.Inspection.Ask;
import dev.nullbox.gate.head.Inspection.More;
import dev.nullbox.gate.head.Inspection.Pass;
import dev.nullbox.gate.head.Inspection.Refuse;
import java.io.ByteArrayOutputStream;

/**
 * Records of a TLS client. The first ClientHello states the name; a second one, which answers a HelloRetryRequest in
 * plaintext and may come behind early data, must state the same (threat: the server goes by the second). A record that
 * is encrypted passes whole, by its length. Source: RFC 8446 sections 4.1.2, 5.1 and D.4, RFC 5246 section 6.2.
 */
public final class TlsStream implements Inspector {
    /** First byte of a TLS client. */
    public static final int HANDSHAKE = 22;

    static final String NO_NAME = "the TLS hello has no server name";

    private static final int CHANGE_CIPHER_SPEC = 20;
    private static final int APPLICATION_DATA = 23;
    private static final int HEADER_BYTES = 5;
    private static final int MAX_PLAINTEXT = 1 << 14;
    /** An encrypted record is longer by 2048 at most, in TLS 1.2. */
    private static final int MAX_RECORD = MAX_PLAINTEXT + 2_048;

    private static final int MAX_HELLO = 16 * 1024;
    /** Bytes by which a ClientHello is known from an encrypted handshake message: type, length, version. */
    private static final int TELLING_BYTES = 6;

    private String name = "";
    private boolean isBegun;

    @Override
    public Inspection inspect(byte[] bytes, int length) {
        try {
            if (name.isEmpty()) {
                Hello hello = hello(bytes, 0, length);
                if (!hello.isWhole()) {
                    return new More();
                }
                name = hello.name();
                return new Ask(name);
            }
            return records(bytes, length);
        } catch (UnreadException refused) {
            return new Refuse(refused.why());
        }
    }

    /**
     * A ClientHello.
     *
     * @param end position behind its last record; 0 while it is not whole
     */
    private record Hello(String name, int end) {
        static final Hello PART = new Hello("", 0);

        boolean isWhole() {
            return end > 0;
        }
    }

    private Inspection records(byte[] bytes, int length) throws UnreadException {
        int position = 0;
        while (length - position >= HEADER_BYTES) {
            int type = bytes[position] & 0xff;
            int size = size(bytes, position, MAX_RECORD);
            if (type < CHANGE_CIPHER_SPEC || type > APPLICATION_DATA) {
                throw new UnreadException("bytes that are no TLS record");
            }
            if (type == HANDSHAKE) {
                if (length - position < HEADER_BYTES + Math.min(size, TELLING_BYTES)) {
                    break;
                }
                if (isHello(bytes, position, size)) {
                    Hello hello = hello(bytes, position, length);
                    if (!hello.isWhole()) {
                        break;
                    }
                    if (!hello.name().equals(name)) {
                        throw new UnreadException("a second TLS hello has another server name than the first");
                    }
                    isBegun = true;
                    position = hello.end();
                    continue;
                }
            }
            position += HEADER_BYTES + size;
        }
        return position == 0 ? new More() : new Pass(position);
    }

    /** Tells whether a handshake record begins a ClientHello in plaintext; the first always does. */
    private boolean isHello(byte[] bytes, int position, int size) throws UnreadException {
        int at = position + HEADER_BYTES;
        if (!isBegun) {
            return true;
        }
        if (bytes[at] != ClientHello.TYPE) {
            return false;
        }
        if (size < TELLING_BYTES) {
            throw new UnreadException("a second TLS hello in pieces that are too small");
        }
        int message = uint24(bytes, at + 1);
        return message <= MAX_HELLO && bytes[at + 4] == 3 && message + ClientHello.HEADER_BYTES >= size;
    }

    /** Collects a ClientHello from the record at a position on. */
    private static Hello hello(byte[] bytes, int from, int length) throws UnreadException {
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        int position = from;
        while (length - position >= HEADER_BYTES) {
            if ((bytes[position] & 0xff) != HANDSHAKE) {
                throw new UnreadException("the TLS hello is malformed: a record of another type in it");
            }
            int size = size(bytes, position, MAX_PLAINTEXT);
            int present = Math.min(size, length - position - HEADER_BYTES);
            message.write(bytes, position + HEADER_BYTES, present);
            byte[] soFar = message.toByteArray();
            if (soFar.length > 0 && soFar[0] != ClientHello.TYPE) {
                throw new UnreadException("the TLS hello is malformed: its type");
            }
            if (soFar.length >= ClientHello.HEADER_BYTES) {
                int whole = uint24(soFar, 1) + ClientHello.HEADER_BYTES;
                if (whole > MAX_HELLO || soFar.length > whole) {
                    throw new UnreadException("the TLS hello is longer than " + MAX_HELLO + " bytes, or than it says");
                }
                if (soFar.length == whole && present == size) {
                    return new Hello(ClientHello.serverName(soFar, whole), position + HEADER_BYTES + size);
                }
            }
            position += HEADER_BYTES + size;
            if (position - from >= MOST) {
                throw new UnreadException("the TLS hello has more records than " + MOST + " bytes hold");
            }
        }
        return Hello.PART;
    }

    private static int size(byte[] bytes, int position, int most) throws UnreadException {
        int size = ((bytes[position + 3] & 0xff) << Byte.SIZE) | (bytes[position + 4] & 0xff);
        if (bytes[position + 1] != 3 || bytes[position + 2] > 4 || size == 0 || size > most) {
            throw new UnreadException("bytes that are no TLS record");
        }
        return size;
    }

    private static int uint24(byte[] bytes, int at) {
        return ((bytes[at] & 0xff) << (2 * Byte.SIZE)) | ((bytes[at + 1] & 0xff) << Byte.SIZE) | (bytes[at + 2] & 0xff);
    }
}
