package dev.nullbox.cage;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.RpcException;
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
 * <p>A warden that does not answer takes nothing away. One that was started anew has ended all leases: what it does
 * not list is over.
 */
final class LeaseWatch implements Runnable {
    /** So late at most is a secret taken away whose time is up. */
    static final long LONGEST_WAIT_MILLIS = 5_000;

    private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    /** Who is told that a secret is gone. */
    @FunctionalInterface
    interface Listener {
        void wiped(String name, String why);
    }

    /** The secrets of one run. */
    static final class Loan {
        private final String agent;
        private final String lease;
        private final SecretFiles files;
        private final Map<String, Long> dueNanos;
        private final Listener listener;

        /**
         * @param lease by which the warden calls it
         * @param dueNanos by {@link System#nanoTime}, of those secrets that have a bound in time
         */
        Loan(String agent, String lease, SecretFiles files, Map<String, Long> dueNanos, Listener listener) {
            this.agent = agent;
            this.lease = lease;
            this.files = files;
            this.dueNanos = new HashMap<>(dueNanos);
            this.listener = listener;
        }

        private void wipe(String name, String why) {
            try {
                if (files.wipe(name)) {
                    listener.wiped(name, why);
                }
            } catch (IOException e) {
                System.err.println("cage: the secret " + name + " of " + agent + " could not be wiped: "
                        + e.getMessage() + "; stop the agent");
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

    private final Peers peers;
    private final List<Loan> loans = new ArrayList<>();
    private boolean isComplaining;

    private LeaseWatch(Peers peers) {
        this.peers = peers;
    }

    static LeaseWatch start(Peers peers) {
        LeaseWatch watch = new LeaseWatch(peers);
        Thread thread = new Thread(watch, "cage-leases");
        thread.setDaemon(true);
        thread.start();
        return watch;
    }

    synchronized void add(Loan loan) {
        loans.add(loan);
        notifyAll();
    }

    synchronized void remove(Loan loan) {
        loans.remove(loan);
    }

    @Override
    public void run() {
        long seq = 0;
        try {
            while (true) {
                List<Loan> current = awaitLoans();
                current.forEach(Loan::wipeOverdue);
                long next = ask(seq, current);
                if (next == seq) {
                    LockSupport.parkNanos(PAUSE_NANOS);
                }
                seq = next;
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
    private long ask(long seq, List<Loan> current) {
        try {
            JsonObject answer = peers.leases(seq, longestWait(current));
            if (answer.get("leases") instanceof JsonArray leases && answer.get("seq") instanceof JsonPrimitive next) {
                boolean isWhole = text(answer, "left_out").equals("0");
                current.forEach(loan -> apply(loan, leases, isWhole));
                isComplaining = false;
                return next.getAsLong();
            }
            throw new RpcException(RpcException.Code.INTERNAL, "LEASES", "the warden told its leases garbled");
        } catch (RpcException e) {
            if (!isComplaining) {
                System.err.println("cage: the warden tells no leases, so none can be revoked: " + e.getMessage());
            }
            isComplaining = true;
            return seq;
        }
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

    /** @param isWhole whether a lease that is not among them is none */
    private static void apply(Loan loan, JsonArray leases, boolean isWhole) {
        boolean isListed = false;
        for (JsonElement element : leases) {
            if (element instanceof JsonObject lease && text(lease, "lease").equals(loan.lease)) {
                isListed = true;
                String state = text(lease, "state");
                Set<String> active = active(lease);
                for (String name : loan.files.names()) {
                    if (!state.equals("active") || !active.contains(name)) {
                        loan.wipe(name, state.equals("active") ? "expired" : state);
                    }
                }
            }
        }
        if (!isListed && isWhole) {
            loan.files.names().forEach(name -> loan.wipe(name, "ended"));
        }
    }

    /** The names that are lent still: each by its own state where that is told. */
    private static Set<String> active(JsonObject lease) {
        Set<String> active = new HashSet<>();
        if (lease.get("refs") instanceof JsonArray refs) {
            for (JsonElement ref : refs) {
                if (ref instanceof JsonObject object && text(object, "state").equals("active")) {
                    active.add(text(object, "name"));
                }
            }
        } else if (lease.get("names") instanceof JsonArray names) {
            names.forEach(name -> active.add(name.getAsString()));
        }
        return active;
    }

    private static String text(JsonObject object, String name) {
        return object.get(name) instanceof JsonPrimitive primitive ? primitive.getAsString() : "";
    }
}
