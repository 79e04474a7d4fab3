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
 * Takes secrets away from running agents: those whose lease the warden says is over, and those whose time is up. One
 * thread, which asks the warden only while an agent has secrets in files.
 *
 * <p>A warden that does not answer, or answers garbled, takes nothing away. One that was started anew has ended all leases: what it does
 * not list is over.
 */
public final class LeaseWatch implements Runnable {
    /** So late at most is a secret taken away whose time is up. */
    static final long LONGEST_WAIT_MILLIS = 5_000;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** The call that lists the leases: the state after a number, waited for so long. */
    @FunctionalInterface
    public interface Warden {
        LeaseList leases(long after, long waitMillis) throws RpcException;
    }

    /** Who is told that a secret is gone. */
    @FunctionalInterface
    public interface Listener {
        void wiped(String name, String why);
    }

    /** The secrets of one run. */
    public static final class Loan {
        private final String agent;
        private final String lease;
        private final SecretFiles files;
        private final Map<String, Long> dueNanos;
        private final Listener listener;
        private final Set<String> complained = new HashSet<>();

        /**
         * @param lease by which the warden calls it
         * @param dueNanos by {@link System#nanoTime}, of those secrets that have a bound in time
         */
        public Loan(String agent, String lease, SecretFiles files, Map<String, Long> dueNanos, Listener listener) {
            this.agent = agent;
            this.lease = lease;
            this.files = files;
            this.dueNanos = new HashMap<>(dueNanos);
            this.listener = listener;
        }

        /** Whatever fails here fails for this secret alone. */
        private void wipe(String name, String why) {
            try {
                if (files.wipe(name)) {
                    listener.wiped(name, why);
                }
            } catch (IOException e) {
                complain(name, String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                complain(name, RateLimitedLog.bug(e));
            }
        }

        /** Once: it is tried again in each round. */
        private void complain(String name, String why) {
            if (complained.add(name)) {
                System.err.println("cage: the secret " + name + " of " + agent + " could not be wiped: " + why
                        + "; stop the agent");
            }
        }

        private void wipeWhatIsOver(LeaseList leases) {
            for (String name : files.names()) {
                leases.state(lease, name)
                        .filter(state -> !state.equals(LeaseList.ACTIVE))
                        .ifPresent(state -> wipe(name, state));
            }
        }

        private void wipeOverdue() {
            for (String name : files.names()) {
                Long due = dueNanos.get(name);
                if (due != null && due - System.nanoTime() <= 0) {
                    wipe(name, "expired");
                }
            }
        }
    }

    private final Warden warden;
    private final List<Loan> loans = new ArrayList<>();
    private boolean isComplaining;

    private LeaseWatch(Warden warden) {
        this.warden = warden;
    }

    public static LeaseWatch start(Warden warden) {
        LeaseWatch watch = new LeaseWatch(warden);
        Thread.ofPlatform().daemon().name("cage-leases").start(watch);
        return watch;
    }

    public synchronized void add(Loan loan) {
        loans.add(loan);
        notifyAll();
    }

    public synchronized void remove(Loan loan) {
        loans.remove(loan);
    }

    @Override
    public void run() {
        List<Loan> known = List.of();
        long seq = 0;
        try {
            while (true) {
                List<Loan> current = awaitLoans();
                // What has become of a new one may be older than the state that is known.
                long after = current.equals(known) ? seq : 0;
                seq = round(after, current);
                if (seq == after) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                known = current;
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized List<Loan> awaitLoans() throws InterruptedException {
        while (loans.isEmpty()) {
            wait();
        }
        return List.copyOf(loans);
    }

    /** Asks, and takes away what is over; the state's number, or the old one when there was no answer. */
    private long round(long after, List<Loan> current) {
        try {
            current.forEach(Loan::wipeOverdue);
            LeaseList leases = warden.leases(after, longestWait(current));
            current.forEach(loan -> loan.wipeWhatIsOver(leases));
            isComplaining = false;
            return leases.seq();
        } catch (RpcException e) {
            complain("the warden tells no leases, so none can be revoked: " + e.getMessage());
        } catch (RuntimeException e) {
            // A watch that ends takes nothing away ever again.
            complain("the watch over leases failed, and goes on: " + RateLimitedLog.bug(e));
        }
        return after;
    }

    /** Once, until a round goes well again. */
    private void complain(String what) {
        if (!isComplaining) {
            System.err.println("cage: " + what);
        }
        isComplaining = true;
    }

    private static long longestWait(List<Loan> current) {
        long wait = LONGEST_WAIT_MILLIS;
        for (Loan loan : current) {
            for (String name : loan.files.names()) {
                Long due = loan.dueNanos.get(name);
                if (due != null) {
                    wait = Math.clamp(TimeUnit.NANOSECONDS.toMillis(due - System.nanoTime()), 1, wait);
                }
            }
        }
        return wait;
    }
}
