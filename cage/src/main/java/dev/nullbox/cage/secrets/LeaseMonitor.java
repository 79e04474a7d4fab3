package dev.nullbox.cage.secrets;

import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Monitor that wipes secrets of running agents once their lease has ended, by the warden's list or by their time to
 * live. One thread, which polls the warden only while an agent has secrets in files.
 *
 * <p>While the warden does not answer, or its answers are malformed, nothing is wiped. A restarted warden has ended all
 * leases: those that it does not list have ended.
 */
public final class LeaseMonitor implements Runnable {
    /** Longest delay until an expired secret is wiped. */
    static final long LONGEST_WAIT_MILLIS = 5_000;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** The call that lists the leases: the state after a number, waited for so long. */
    @FunctionalInterface
    public interface Warden {
        LeaseList leases(long after, long waitMillis) throws RpcException;
    }

    /** Callbacks after a secret's lease has ended. */
    public interface Listener {
        void wiped(String name, String why);

        /** The guest did not wipe it: it must be ended. */
        void kept(String name, String why);
    }

    /** The secrets of one run. */
    public static final class HeldLease {
        private final String agent;
        private final String lease;
        private final DeliveredSecrets secrets;
        private final Map<String, Long> dueNanos;
        private final Listener listener;
        private final Set<String> warned = new HashSet<>();

        /**
         * @param lease the warden's name of it
         * @param dueNanos by {@link System#nanoTime}, of those secrets that have a bound in time
         */
        public HeldLease(
                String agent, String lease, DeliveredSecrets secrets, Map<String, Long> dueNanos, Listener listener) {
            this.agent = agent;
            this.lease = lease;
            this.secrets = secrets;
            this.dueNanos = new HashMap<>(dueNanos);
            this.listener = listener;
        }

        /** Wipes a secret; a failure concerns this secret alone. */
        private void wipe(String name, String why) {
            try {
                if (secrets.wipe(name)) {
                    listener.wiped(name, why);
                }
            } catch (IOException e) {
                warn(name, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                warn(name, RateLimitedLog.bug(e));
            }
        }

        /** Warns once: each poll tries again. */
        private void warn(String name, String why) {
            if (warned.add(name)) {
                System.err.println(
                        "cage: the secret " + name + " of " + agent + " was not wiped, so it is ended: " + why);
                listener.kept(name, why);
            }
        }

        private void wipeEnded(LeaseList leases) {
            for (String name : secrets.names()) {
                leases.state(lease, name)
                        .filter(state -> !state.equals(LeaseList.ACTIVE))
                        .ifPresent(state -> wipe(name, state));
            }
        }

        private void wipeOverdue() {
            for (String name : secrets.names()) {
                Long due = dueNanos.get(name);
                if (due != null && due - System.nanoTime() <= 0) {
                    wipe(name, "expired");
                }
            }
        }
    }

    private final Warden warden;
    private final List<HeldLease> heldLeases = new ArrayList<>();
    private boolean hasWarned;

    private LeaseMonitor(Warden warden) {
        this.warden = warden;
    }

    public static LeaseMonitor start(Warden warden) {
        LeaseMonitor watch = new LeaseMonitor(warden);
        Thread.ofPlatform().daemon().name("cage-leases").start(watch);
        return watch;
    }

    public synchronized void add(HeldLease held) {
        heldLeases.add(held);
        notifyAll();
    }

    public synchronized void remove(HeldLease held) {
        heldLeases.remove(held);
    }

    @Override
    public void run() {
        List<HeldLease> known = List.of();
        long seq = 0;
        try {
            while (true) {
                List<HeldLease> current = awaitLeases();
                // The state of a new lease may be older than the known one.
                long after = current.equals(known) ? seq : 0;
                seq = poll(after, current);
                if (seq == after) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                known = current;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<HeldLease> awaitLeases() throws InterruptedException {
        while (heldLeases.isEmpty()) {
            wait();
        }
        return List.copyOf(heldLeases);
    }

    /** Polls the warden and wipes what has ended; the state's number, or the old one without an answer. */
    private long poll(long after, List<HeldLease> current) {
        try {
            current.forEach(HeldLease::wipeOverdue);
            LeaseList leases = warden.leases(after, longestWait(current));
            current.forEach(held -> held.wipeEnded(leases));
            hasWarned = false;
            return leases.seq();
        } catch (RpcException e) {
            warn("vault.leases failed, so no lease can be revoked: " + e.getMessage());
        } catch (RuntimeException e) {
            // Without this thread no secret would ever be wiped.
            warn("the lease monitor failed and goes on: " + RateLimitedLog.bug(e));
        }
        return after;
    }

    /** Warns once, until a poll succeeds again. */
    private void warn(String what) {
        if (!hasWarned) {
            System.err.println("cage: " + what);
        }
        hasWarned = true;
    }

    private static long longestWait(List<HeldLease> current) {
        long wait = LONGEST_WAIT_MILLIS;
        for (HeldLease held : current) {
            for (String name : held.secrets.names()) {
                Long due = held.dueNanos.get(name);
                if (due != null) {
                    wait = Math.clamp(TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime()), 1, wait);
                }
            }
        }
        return wait;
    }
}
