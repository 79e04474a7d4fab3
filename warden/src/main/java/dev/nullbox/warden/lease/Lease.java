package dev.nullbox.warden.lease;

import dev.nullbox.protocol.id.SecretName;
import java.util.List;
import java.util.Optional;

/**
 * Secrets that one run of an agent was lent: a view at one moment.
 *
 * @param id names the lease
 * @param run as cage names it
 * @param since when it was granted, in seconds since 1970-01-01 UTC
 * @param until when the last of it expires; absent when something in it does not
 */
public record Lease(
        String id, String agent, String run, long since, Optional<Long> until, State state, List<Item> items) {
    public Lease {
        items = List.copyOf(items);
    }

    /** State of a lease, or of one secret of it. */
    public enum State {
        /** It can be used. */
        ACTIVE,
        /** All reads are used up. */
        SPENT,
        /** Its time is over. */
        EXPIRED,
        /** An operator took it back. */
        REVOKED,
        /** The run is over. */
        ENDED
    }

    /**
     * A secret of the lease.
     *
     * @param readsLeft how often it may still be fetched
     * @param until when it expires
     */
    public record Item(LeaseRef ref, int readsLeft, Optional<Long> until, State state) {}

    /** The names of its secrets. */
    public List<SecretName> names() {
        return items.stream().map(item -> item.ref().name()).toList();
    }
}
