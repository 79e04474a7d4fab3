package dev.nullbox.warden.lease;

import dev.nullbox.protocol.id.SecretName;
import java.util.Optional;

/**
 * A secret of a lease: its version, its delivery and its bounds.
 *
 * <p>The host is reserved for secrets that never enter the guest, which will be a delivery of their own.
 *
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
    /** Delivery to the agent. */
    public enum Delivery {
        /** A file in the guest from its start on. */
        FILE,
        /** The agent fetches it while it runs. */
        FETCH
    }
}
