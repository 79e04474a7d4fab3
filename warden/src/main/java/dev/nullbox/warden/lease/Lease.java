package dev.nullbox.warden.lease;

import dev.nullbox.protocol.id.SecretName;
import java.util.List;
import java.util.Optional;

/**
 * View, at one moment, of the secrets leased to one run of an agent.
 *
 * @param id identifier of the lease
 * @param run the run's name, given by cage
 * @param since when it was granted, in seconds since 1970-01-01 UTC
 * @param until expiry of its last secret; absent when one of them does not expire
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
        /** An operator revoked it. */
        REVOKED,
        /** The run is over. */
        ENDED
    }

    /**
     * A secret of the lease.
     *
     * @param readsLeft fetches that are left
     * @param until its expiry, in seconds since 1970-01-01 UTC
     */
    public record Item(LeaseRef ref, int readsLeft, Optional<Long> until, State state) {}

    /** The names of its secrets. */
    public List<SecretName> names() {
        return items.stream().map(item -> item.ref().name()).toList();
    }
}
