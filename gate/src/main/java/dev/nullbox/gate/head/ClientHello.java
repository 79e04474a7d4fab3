package dev.nullbox.gate.head;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * Reader of a TLS ClientHello, for its server name alone. Every length must add up exactly. Source: RFC 8446 section
 * 4.1.2, RFC 6066 section 3, RFC 9849 (Encrypted Client Hello).
 */
final class ClientHello {
    static final int HEADER_BYTES = 4;
    static final int TYPE = 1;

    private static final int RANDOM_BYTES = 32;
    private static final int MAX_SESSION_ID = 32;
    private static final int SERVER_NAME = 0;
    private static final int HOST_NAME = 0;
    private static final int ENCRYPTED_CLIENT_HELLO = 0xfe0d;
    /** The draft before ECH, in which a server may still look for the name. */
    private static final int ENCRYPTED_SERVER_NAME = 0xffce;

    private final byte[] message;
    private final int end;
    private int position = HEADER_BYTES;

    private ClientHello(byte[] message, int length) {
        this.message = message;
        this.end = length;
    }

    /**
     * The server name.
     *
     * @param message a whole handshake message, with its header of 4 bytes
     */
    static String serverName(byte[] message, int length) throws UnreadException {
        return new ClientHello(message, length).read();
    }

    private String read() throws UnreadException {
        if (number(2) >> Byte.SIZE != 3) {
            throw malformed("its version");
        }
        skip(RANDOM_BYTES);
        int session = number(1);
        if (session > MAX_SESSION_ID) {
            throw malformed("its session id");
        }
        skip(session);
        int ciphers = number(2);
        if (ciphers == 0 || ciphers % 2 != 0) {
            throw malformed("its cipher suites");
        }
        skip(ciphers);
        int compressions = number(1);
        if (compressions == 0) {
            throw malformed("its compression methods");
        }
        skip(compressions);
        if (position == end) {
            throw new UnreadException(TlsStream.NO_NAME);
        }
        if (number(2) != end - position) {
            throw malformed("the length of its extensions");
        }
        return extensions().orElseThrow(() -> new UnreadException(TlsStream.NO_NAME));
    }

    private Optional<String> extensions() throws UnreadException {
        Optional<String> name = Optional.empty();
        Set<Integer> seen = new HashSet<>();
        while (position < end) {
            int type = number(2);
            int length = number(2);
            int next = position + length;
            if (next > end || !seen.add(type)) {
                throw malformed("an extension");
            }
            if (type == ENCRYPTED_CLIENT_HELLO || type == ENCRYPTED_SERVER_NAME) {
                throw new UnreadException("the TLS hello hides its server name (ECH)");
            }
            if (type == SERVER_NAME) {
                name = Optional.of(name(next));
            }
            position = next;
        }
        return name;
    }

    private String name(int next) throws UnreadException {
        if (number(2) != next - position || number(1) != HOST_NAME) {
            throw malformed("its list of server names");
        }
        int length = number(2);
        if (length != next - position) {
            throw malformed("its list of server names");
        }
        return HostName.of(message, position, length).orElseThrow(() -> malformed("its server name"));
    }

    private int number(int bytes) throws UnreadException {
        int from = position;
        skip(bytes);
        int value = 0;
        for (int i = from; i < position; i++) {
            value = (value << Byte.SIZE) | (message[i] & 0xff);
        }
        return value;
    }

    private void skip(int bytes) throws UnreadException {
        if (bytes > end - position) {
            throw malformed("its length");
        }
        position += bytes;
    }

    private static UnreadException malformed(String what) {
        return new UnreadException("the TLS hello is malformed: " + what);
    }
}
