package dev.nullbox.warden.lease;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.VaultLimits;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Book of the secrets that each run of an agent was lent, and of their state; for any thread.
 *
 * <p>An agent has one microVM at a time, so it has one lease: a lease for a new run ends that of the run before. The book
 * is in memory alone: leases end with warden.
 */
public final class Leases {
    /** Calls that may wait at once: each holds one of the server's workers. */
    private static final int MAX_WAITING = 3;
    /** Ends that are remembered, longer than any call lasts. */
    private static final int MAX_ENDED = 1_000;

    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Listener listener;
    private final Map<String, OpenLease> byId = new LinkedHashMap<>();
    private long seq;
    private long granted;
    private int waiting;
    private long moment;
    /** When runs, and agents with all theirs, were last ended: what was asked for before and is granted later would stay. */
    private final Map<String, Long> endedAt = new LinkedHashMap<>();

    /**
     * An empty book.
     *
     * @param clock what people read
     * @param nanos as {@link System#nanoTime}, what leases expire by
     */
    public Leases(InstantSource clock, LongSupplier nanos, Listener listener) {
        this.clock = clock;
        this.nanos = nanos;
        this.listener = listener;
        // Above any number that an earlier warden gave out, and exact as a double.
        this.seq = clock.instant().toEpochMilli() * 1000;
    }

    /** All leases, oldest first, at one moment. */
    public record Snapshot(List<Lease> leases, long seq) {
        public Snapshot {
            leases = List.copyOf(leases);
        }
    }

    /** Is told of what nobody asks for. */
    @FunctionalInterface
    public interface Listener {
        /** Secrets of the lease whose time is over: told as soon as anybody looks, or waits, under the book's lock. */
        void expired(Lease lease, List<SecretName> names);
    }

    /**
     * A new lease.
     *
     * @param ended the leases of the agent's older run that it took the place of
     */
    public record Granted(Lease lease, List<Lease> ended) {
        public Granted {
            ended = List.copyOf(ended);
        }
    }

    /** Gives the value of a secret that is about to be fetched. */
    @FunctionalInterface
    public interface Opener {
        Secret open(LeaseRef lent) throws RpcException, IOException;
    }

    /** The moment at which a lease is asked for, for {@link #grant}. */
    public synchronized long moment() {
        return ++moment;
    }

    /**
     * Writes a lease down.
     *
     * @param asked when it was asked for: the vault may have kept it waiting
     * @throws RpcException when too many agents hold one, or the run's were ended since it was asked for
     */
    public synchronized Granted grant(String agent, String run, List<LeaseRef> refs, long asked) throws RpcException {
        if (endedAt.getOrDefault(agent, 0L) > asked || endedAt.getOrDefault(key(agent, run), 0L) > asked) {
            throw new RpcException(
                    VaultReason.LEASE_ENDED,
                    "what run " + run + " of " + agent + " is lent was ended while it was asked for");
        }
        long others = byId.values().stream()
                .filter(lease -> !lease.isOver() && !lease.agent().equals(agent))
                .count();
        if (others >= VaultLimits.MAX_LEASES) {
            throw new RpcException(
                    VaultReason.TOO_MANY_LEASES,
                    VaultLimits.MAX_LEASES + " agents hold a lease, which is all; revoke those that have ended");
        }
        List<Lease> ended = endAll(agent, Optional.empty(), Lease.State.ENDED);
        forgetOldest();
        OpenLease lease = new OpenLease(
                "L" + seq + "-" + ++granted, agent, run, clock.instant().getEpochSecond(), nanos.getAsLong(), refs);
        byId.put(lease.id(), lease);
        changed();
        return new Granted(lease.view(), ended);
    }

    /**
     * A leased value, once more of its reads used up.
     *
     * @throws RpcException when the lease does not give it, or the vault does not
     */
    public Secret fetch(String agent, String run, SecretName name, Opener vault) throws RpcException, IOException {
        Read read = begin(agent, run, name);
        Secret value = VaultAction.orElse(
                () -> giveBack(read), () -> vault.open(read.item().ref()));
        return VaultAction.orElse(value::close, () -> {
            requireInForce(read);
            return value;
        });
    }

    private record Read(OpenLease lease, OpenLease.Item item) {}

    /** Uses a read up before the value is opened, which may take long, and must keep nobody from revoking. */
    private synchronized Read begin(String agent, String run, SecretName name) throws RpcException {
        sweep();
        OpenLease lease = byId.values().stream()
                .filter(one -> one.agent().equals(agent) && one.run().equals(run))
                .reduce((older, newer) -> newer)
                .orElseThrow(() ->
                        new RpcException(VaultReason.LEASE_UNKNOWN, "run " + run + " of " + agent + " holds no lease"));
        OpenLease.Item item = lease.fetchable(name);
        item.read();
        changed();
        return new Read(lease, item);
    }

    private synchronized void giveBack(Read read) {
        read.item().giveBack();
        changed();
    }

    private synchronized void requireInForce(Read read) throws RpcException {
        sweep();
        read.lease().requireInForce(read.item());
    }

    /** Ends an agent's leases, or those of one of its runs, and says which. */
    public synchronized List<Lease> end(String agent, Optional<String> run, Lease.State how) {
        String key = run.map(one -> key(agent, one)).orElse(agent);
        endedAt.remove(key);
        endedAt.put(key, ++moment);
        if (endedAt.size() > MAX_ENDED) {
            endedAt.remove(endedAt.keySet().iterator().next());
        }
        return endAll(agent, run, how);
    }

    private static String key(String agent, String run) {
        return agent + " " + run;
    }

    private List<Lease> endAll(String agent, Optional<String> run, Lease.State how) {
        return end(
                byId.values().stream()
                        .filter(lease -> lease.agent().equals(agent)
                                && (run.isEmpty() || lease.run().equals(run.get())))
                        .toList(),
                how);
    }

    /** Ends one lease, and says which. */
    public synchronized List<Lease> end(String id, Lease.State how) {
        return end(byId.values().stream().filter(lease -> lease.id().equals(id)).toList(), how);
    }

    private List<Lease> end(List<OpenLease> leases, Lease.State how) {
        sweep();
        List<Lease> ended = new ArrayList<>();
        for (OpenLease lease : leases) {
            if (!lease.isEnded()) {
                lease.end(how);
                ended.add(lease.view());
            }
        }
        if (!ended.isEmpty()) {
            changed();
        }
        return ended;
    }

    /** All leases as they stand, those that are over too as far as they are remembered. */
    public synchronized Snapshot snapshot() {
        sweep();
        return new Snapshot(byId.values().stream().map(OpenLease::view).toList(), seq);
    }

    /** How many are in force. */
    public synchronized int active() {
        sweep();
        return (int) byId.values().stream().filter(lease -> !lease.isOver()).count();
    }

    /** All leases as soon as there is something new since {@code after}, at the latest after so many milliseconds. */
    public synchronized Snapshot await(long after, long millis) {
        long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(millis);
        if (waiting >= MAX_WAITING) {
            return snapshot();
        }
        waiting++;
        try {
            Snapshot now = snapshot();
            for (long left = end - System.nanoTime(); now.seq() == after && left > 0; left = end - System.nanoTime()) {
                long nap = Math.min(left, untilNextExpiry());
                TimeUnit.NANOSECONDS.timedWait(this, Math.max(nap, 1));
                now = snapshot();
            }
            return now;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return snapshot();
        } finally {
            waiting--;
        }
    }

    private long untilNextExpiry() {
        long now = nanos.getAsLong();
        return byId.values().stream()
                .mapToLong(lease -> lease.untilNextExpiry(now))
                .min()
                .orElse(Long.MAX_VALUE);
    }

    private void sweep() {
        boolean any = false;
        for (OpenLease lease : byId.values()) {
            List<SecretName> names = lease.expire(nanos.getAsLong());
            if (!names.isEmpty()) {
                any = true;
                listener.expired(lease.view(), names);
            }
        }
        if (any) {
            changed();
        }
    }

    private void forgetOldest() {
        while (byId.size() >= VaultLimits.MAX_LEASES) {
            Optional<String> oldest = byId.values().stream()
                    .filter(OpenLease::isOver)
                    .map(OpenLease::id)
                    .findFirst();
            if (oldest.isEmpty()) {
                return;
            }
            byId.remove(oldest.get());
        }
    }

    private void changed() {
        seq++;
        notifyAll();
    }
}
