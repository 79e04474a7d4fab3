package dev.nullbox.warden.lease;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** Lease in {@link Leases}, under its lock. */
final class OpenLease {
    private final String id;
    private final String agent;
    private final String run;
    private final long since;
    private final long grantedAt;
    private final List<Item> items;
    private Optional<Lease.State> end = Optional.empty();

    OpenLease(String id, String agent, String run, long since, long grantedAt, List<LeaseRef> refs) {
        this.id = id;
        this.agent = agent;
        this.run = run;
        this.since = since;
        this.grantedAt = grantedAt;
        this.items = refs.stream().map(Item::new).toList();
    }

    /** A secret of the lease. */
    static final class Item {
        private final LeaseRef ref;
        private int readsLeft;
        private boolean expired;

        Item(LeaseRef ref) {
            this.ref = ref;
            this.readsLeft = ref.reads();
        }

        LeaseRef ref() {
            return ref;
        }

        void read() {
            readsLeft--;
        }

        /** Returns a read that failed. */
        void giveBack() {
            readsLeft++;
        }

        private Lease.State state() {
            boolean spent = ref.delivery() == LeaseRef.Delivery.FETCH && readsLeft == 0;
            return expired ? Lease.State.EXPIRED : spent ? Lease.State.SPENT : Lease.State.ACTIVE;
        }
    }

    String id() {
        return id;
    }

    String agent() {
        return agent;
    }

    String run() {
        return run;
    }

    /** Tells whether it was ended by a call. */
    boolean isEnded() {
        return end.isPresent();
    }

    /** Tells whether nothing in it can be used any more. */
    boolean isOver() {
        return state() != Lease.State.ACTIVE;
    }

    void end(Lease.State how) {
        if (end.isEmpty()) {
            end = Optional.of(how);
        }
    }

    /** Marks what has expired by now; returns the names that were in force until then. */
    List<SecretName> expire(long now) {
        List<SecretName> names = new ArrayList<>();
        for (Item item : items) {
            if (!item.expired && left(item, now) <= 0) {
                item.expired = true;
                names.add(item.ref.name());
            }
        }
        return end.isEmpty() ? names : List.of();
    }

    long untilNextExpiry(long now) {
        return items.stream()
                .filter(item -> !item.expired && end.isEmpty())
                .mapToLong(item -> left(item, now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** @throws RpcException when it was ended, or the secret has expired */
    void requireInForce(Item item) throws RpcException {
        requireNotEnded();
        if (item.expired) {
            throw new RpcException(VaultReason.LEASE_EXPIRED, "the lease of " + item.ref.name() + " has expired");
        }
    }

    private void requireNotEnded() throws RpcException {
        if (end.isPresent()) {
            throw end.get() == Lease.State.REVOKED
                    ? new RpcException(VaultReason.LEASE_REVOKED, "the lease was revoked by an operator")
                    : new RpcException(VaultReason.LEASE_ENDED, "the lease ended with the run it was for");
        }
    }

    /** The item of the name, if it may be had now in this way. */
    Item available(SecretName name, LeaseRef.Delivery delivery) throws RpcException {
        requireNotEnded();
        Item item = items.stream()
                .filter(one -> one.ref.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new RpcException(
                        VaultReason.LEASE_UNKNOWN,
                        "the lease has no " + name + "; AGENT.toml's credential_refs has to name it"));
        if (item.ref.delivery() != delivery) {
            throw new RpcException(
                    VaultReason.LEASE_NOT_FETCH,
                    switch (item.ref.delivery()) {
                        case FILE -> name + " was delivered as a file";
                        case FETCH -> name + " is the agent's to fetch";
                        case GATE -> name + " is put in at the gate alone";
                    });
        }
        requireInForce(item);
        if (item.state() == Lease.State.SPENT) {
            throw new RpcException(
                    VaultReason.LEASE_SPENT, name + " was read " + item.ref.reads() + " times, the maximum");
        }
        return item;
    }

    Lease view() {
        Optional<Long> until =
                items.stream().allMatch(item -> item.ref.ttlSeconds().isPresent())
                        ? items.stream().map(item -> until(item).orElseThrow()).max(Long::compare)
                        : Optional.empty();
        List<Lease.Item> views = items.stream()
                .map(item -> new Lease.Item(item.ref, item.readsLeft, until(item), end.orElse(item.state())))
                .toList();
        return new Lease(id, agent, run, since, until, state(), views);
    }

    private Lease.State state() {
        if (end.isPresent()) {
            return end.get();
        }
        boolean active = items.isEmpty() || items.stream().anyMatch(item -> item.state() == Lease.State.ACTIVE);
        boolean expired = items.stream().anyMatch(item -> item.state() == Lease.State.EXPIRED);
        return active ? Lease.State.ACTIVE : expired ? Lease.State.EXPIRED : Lease.State.SPENT;
    }

    private Optional<Long> until(Item item) {
        return item.ref.ttlSeconds().map(ttl -> since + ttl);
    }

    private long left(Item item, long now) {
        return item.ref
                .ttlSeconds()
                .map(ttl -> TimeUnit.SECONDS.toNanos(ttl) - (now - grantedAt))
                .orElse(Long.MAX_VALUE);
    }
}
