package dev.nullbox.cage.secrets;

import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Ends what was lent to runs that are over. A warden that does not answer is asked again until it does, ever more slowly:
 * one that hangs, unlike one that was started anew, still has the lease, and would show it as in force.
 */
public final class LeaseEnds implements Runnable {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** An agent that is started anew while the warden hangs adds one each time. */
    private static final int MAX_OWED = 1_000;

    /** The call that ends the lease of one run. */
    @FunctionalInterface
    public interface Warden {
        void revoke(AgentName agent, long run) throws RpcException;
    }

    private record Run(AgentName agent, long number) {}

    private final Warden warden;
    private final Set<Run> owed = new LinkedHashSet<>();

    private LeaseEnds(Warden warden) {
        this.warden = warden;
    }

    public static LeaseEnds start(Warden warden) {
        LeaseEnds ends = new LeaseEnds(warden);
        Thread.ofPlatform().daemon().name("cage-lease-ends").start(ends);
        return ends;
    }

    /**
     * Ends the run's lease.
     *
     * @throws RpcException when the warden has not done so; says whether it is asked again
     */
    public void end(AgentName agent, long run) throws RpcException {
        try {
            warden.revoke(agent, run);
        } catch (RpcException e) {
            String then = owe(new Run(agent, run))
                    ? "it is asked again until it does"
                    : "it is asked no more; revoke what is lent to " + agent;
            throw e.withMessage(e.getMessage() + "; " + then);
        }
    }

    private synchronized boolean owe(Run run) {
        if (owed.size() == MAX_OWED) {
            return false;
        }
        owed.add(run);
        notifyAll();
        return true;
    }

    @Override
    public void run() {
        try {
            long pause = FIRST_PAUSE_NANOS;
            while (true) {
                Run next = awaitOwed();
                LockSupport.parkNanos(pause);
                pause = isEnded(next) ? 0 : Math.clamp(2 * pause, FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Run awaitOwed() throws InterruptedException {
        while (owed.isEmpty()) {
            wait();
        }
        return owed.iterator().next();
    }

    private boolean isEnded(Run run) {
        boolean isEnded = false;
        try {
            warden.revoke(run.agent(), run.number());
            isEnded = true;
            System.err.println("cage: the warden has ended what was lent to run " + run.number() + " of " + run.agent()
                    + " at last");
        } catch (RpcException e) {
            // That it does not answer was said when it was first asked.
        } catch (RuntimeException e) {
            System.err.println("cage: a lease was not ended, and will be: " + RateLimitedLog.bug(e));
        }
        done(run, isEnded);
        return isEnded;
    }

    /** One that cannot be ended goes behind the others: it must not hold them up. */
    private synchronized void done(Run run, boolean isEnded) {
        owed.remove(run);
        if (!isEnded) {
            owed.add(run);
        }
    }
}
