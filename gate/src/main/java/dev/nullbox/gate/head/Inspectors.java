package dev.nullbox.gate.head;

import java.util.Optional;

/** Choice of the inspector by the first byte: TLS begins with 22, an HTTP request with a letter. */
public final class Inspectors {
    private Inspectors() {}

    /**
     * The inspector for a connection; empty when it is neither.
     *
     * @param first its first byte
     * @param port the port that the agent connected to
     */
    public static Optional<Inspector> of(byte first, int port) {
        if (first == TlsStream.HANDSHAKE) {
            return Optional.of(new TlsStream());
        }
        boolean isLetter = (first >= 'A' && first <= 'Z') || (first >= 'a' && first <= 'z');
        return isLetter ? Optional.of(new HttpStream(port)) : Optional.empty();
    }
}
