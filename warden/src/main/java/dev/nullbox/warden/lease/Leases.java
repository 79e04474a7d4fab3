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
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Leases of secrets to runs of agents, with their state; for any thread.
 *
 * <p>A lease for a new run ends those of all runs of its agent that are not known to live: the end of a run may have
 * been lost. Leases are in memory alone: they end with warden.
 */
public final class Leases {
    /** Most waiting calls: each holds one of the server's workers. */
    private static final int MAX_WAITING = 4;
    /** Most ended runs that are remembered: longer than any call lasts. */
    private static final int MAX_ENDED = 1_000;

    private final InstantSource clock;
    private final LongSupplier nanos;
    private final Listener listener;
    private final Map<String, OpenLease> byId = new LinkedHashMap<>();
    private long seq;
    private long granted;
    private int waiting;
    private long moment;
    /**
     * End time of each run, or of all runs of an agent, so that a lease requested before the end is not granted after
     * it.
     */
    private final Map<String, Long> endedAt = new LinkedHashMap<>();

    /**
     * No leases yet.
     *
     * @param clock clock of displayed times
     * @param nanos clock of expiry, as {@link System#nanoTime}
     */
    public Leases(InstantSource clock, LongSupplier nanos, Listener listener) {
        this.clock = clock;
        this.nanos = nanos;
        this.listener = listener;
        // Above any number of an earlier warden, and exact as a double.
        this.seq = clock.instant().toEpochMilli() * 1000;
    }

    /** All leases, oldest first, at one moment. */
    public record Snapshot(List<Lease> leases, long seq) {
        public Snapshot {
            leases = List.copyOf(leases);
        }
    }

    /** Listener for changes that happen without a call. */
    @FunctionalInterface
    public interface Listener {
        /**
         * Secrets of the lease have expired; called at the next call or during a wait, under the lock of the leases.
         */
        void expired(Lease lease, List<SecretName> names);
    }

    /**
     * A new lease.
     *
     * @param ended the leases of the agent's older runs that it replaced
     */
    public record Granted(Lease lease, List<Lease> ended) {
        public Granted {
            ended = List.copyOf(ended);
        }
    }

    /** Source of the value of a secret that is about to be fetched. */
    @FunctionalInterface
    public interface Opener {
        Secret open(LeaseRef lent) throws RpcException, IOException;
    }

    /** The moment of a request, for {@link #grant}. */
    public synchronized long moment() {
        return ++moment;
    }

    /**
     * Grants a lease.
     *
     * @param live the agent's other runs, whose leases stay
     * @param asked moment of the request: the vault may have delayed it
     * @throws RpcException when too many runs hold one, or the run's leases were ended since the request
     */
    public synchronized Granted grant(
            String agent, String run, Collection<String> live, List<LeaseRef> refs, long asked) throws RpcException {
        if (endedAt.getOrDefault(agent, 0L) > asked || endedAt.getOrDefault(key(agent, run), 0L) > asked) {
            throw new RpcException(
                    VaultReason.LEASE_ENDED,
                    "the leases of run " + run + " of " + agent + " were ended during the request");
        }
        long others = byId.values().stream()
                .filter(lease -> !lease.isOver() && !isReplaced(lease, agent, run, live))
                .count();
        if (others >= VaultLimits.MAX_LEASES) {
            throw new RpcException(
                    VaultReason.TOO_MANY_LEASES,
                    VaultLimits.MAX_LEASES + " runs hold a lease, the maximum; revoke those of ended runs");
        }
        List<Lease> ended = end(
                byId.values().stream()
                        .filter(lease -> isReplaced(lease, agent, run, live))
                        .toList(),
                Lease.State.ENDED);
        forgetOldest();
        OpenLease lease = new OpenLease(
                "L" + seq + "-" + ++granted, agent, run, clock.instant().getEpochSecond(), nanos.getAsLong(), refs);
        byId.put(lease.id(), lease);
        changed();
        return new Granted(lease.view(), ended);
    }

    private static boolean isReplaced(OpenLease lease, String agent, String run, Collection<String> live) {
        return lease.agent().equals(agent) && (lease.run().equals(run) || !live.contains(lease.run()));
    }

    /**
     * A leased value, once more of its reads used up.
     *
     * @throws RpcException when the lease does not give it, or the vault does not
     */
    public Secret fetch(String agent, String run, SecretName name, Opener vault) throws RpcException, IOException {
        Read read = begin(agent, run, name, LeaseRef.Delivery.FETCH);
        Secret value = VaultAction.orElse(
                () -> giveBack(read), () -> vault.open(read.item().ref()));
        return VaultAction.orElse(value::close, () -> {
            requireInForce(read);
            return value;
        });
    }

    /**
     * A value for the gate.
     *
     * @param lease identifier of its lease
     * @param seq of a state of the leases that has it
     */
    public record GateValue(String lease, Secret value, long seq) {}

    /**
     * A value that was leased to be put in at the gate.
     *
     * @throws RpcException when the lease does not give it, or the vault does not
     */
    public GateValue forGate(String agent, String run, SecretName name, Opener vault) throws RpcException, IOException {
        Read read = begin(agent, run, name, LeaseRef.Delivery.GATE);
        Secret value = vault.open(read.item().ref());
        return VaultAction.orElse(value::close, () -> {
            requireInForce(read);
            return new GateValue(read.lease().id(), value, snapshot().seq());
        });
    }

    /** Wakes those who wait for a change: the vault was opened or sealed. */
    public synchronized void touch() {
        changed();
    }

    private record Read(OpenLease lease, OpenLease.Item item) {}

    /** Uses up a read before the value is opened, as opening may take long and must not delay a revoke. */
    private synchronized Read begin(String agent, String run, SecretName name, LeaseRef.Delivery delivery)
            throws RpcException {
        sweep();
        OpenLease lease = byId.values().stream()
                .filter(one -> one.agent().equals(agent) && one.run().equals(run))
                .reduce((older, newer) -> newer)
                .orElseThrow(() ->
                        new RpcException(VaultReason.LEASE_UNKNOWN, "run " + run + " of " + agent + " holds no lease"));
        OpenLease.Item item = lease.available(name, delivery);
        if (delivery == LeaseRef.Delivery.FETCH) {
            item.read();
            changed();
        }
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

    /** Ends an agent's leases, or those of one of its runs, and returns them. */
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

    /** Ends one lease, and returns it. */
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

    /** All leases at this moment, recently ended ones included. */
    public synchronized Snapshot snapshot() {
        sweep();
        return new Snapshot(byId.values().stream().map(OpenLease::view).toList(), seq);
    }

    /** Number of leases in force. */
    public synchronized int active() {
        sweep();
        return (int) byId.values().stream().filter(lease -> !lease.isOver()).count();
    }

    /** All leases as soon as there is a change after {@code after}, at the latest after so many milliseconds. */
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
