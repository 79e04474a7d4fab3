package dev.nullbox.gate;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;

/**
 * Question to egress about a connection.
 *
 * @param from the agent's address
 * @param to the address and port that it connected to
 * @param kind "tls" or "http"; empty when it is neither
 * @param name the name that it states
 * @param why cause why it states none
 * @param again whether it was allowed before
 */
record Question(
        InetAddress from,
        InetSocketAddress to,
        Optional<String> kind,
        Optional<String> name,
        Optional<String> why,
        boolean again) {
    /** The question whether it is still allowed. */
    Question repeated() {
        return new Question(from, to, kind, name, why, true);
    }
}
