package dev.nullbox.warden.lease;

import dev.nullbox.protocol.id.SecretName;
import java.util.Optional;

/**
 * A secret of a lease: its version, its delivery and its bounds.
 *
 * <p>Room is left for secrets that never enter the guest: those are a delivery of their own, with a host.
 *
 * @param sequence by which the vault knows that version
 * @param host the one host that it is meant for
 * @param reads how often it may be fetched
 * @param ttlSeconds how long it may be used, from the grant on
 */
public record LeaseRef(
        SecretName name,
        int version,
        long sequence,
        Optional<String> host,
        int reads,
        Optional<Long> ttlSeconds,
        Delivery delivery) {
    /** Delivery to the agent. */
    public enum Delivery {
        /** A file in the guest from its start on. */
        FILE,
        /** The agent asks for it. */
        FETCH
    }
}
