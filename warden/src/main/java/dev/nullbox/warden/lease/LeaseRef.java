package dev.nullbox.warden.lease;

import dev.nullbox.protocol.id.SecretName;
import java.util.Optional;

/**
 * A secret of a lease: its version, its delivery and its bounds.
 *
 * <p>What the gate puts in is leased by its name alone, also while the vault is sealed: it gets the newest version when it
 * asks.
 *
 * @param version 0 for the newest when it is asked for
 * @param sequence the vault's number of that version
 * @param host the one host that may get it
 * @param reads permitted fetches
 * @param ttlSeconds time to live from the grant on
 */
public record LeaseRef(
        SecretName name,
        int version,
        long sequence,
        Optional<String> host,
        int reads,
        Optional<Long> ttlSeconds,
        Delivery delivery) {
    /** A secret for the gate. */
    public static LeaseRef forGate(SecretName name, Optional<String> host, Optional<Long> ttlSeconds) {
        return new LeaseRef(name, 0, 0, host, 1, ttlSeconds, Delivery.GATE);
    }

    /** Delivery to the agent. */
    public enum Delivery {
        /** A file in the guest from its start on. */
        FILE,
        /** The agent fetches it while it runs. */
        FETCH,
        /** The gate puts it into requests; it never enters the guest. */
        GATE
    }
}
