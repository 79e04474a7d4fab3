package dev.nullbox.cage.secrets;

import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Revoker of the leases of ended runs. A revocation that fails is retried with a growing pause until it succeeds: a
 * warden that hangs, unlike a restarted one, still has the lease in force.
 */
public final class LeaseRevoker implements Runnable {
    private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(500);
    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(30);
    /** Most pending revocations: an agent that is restarted while the warden hangs adds one each time. */
    private static final int MAX_PENDING = 1_000;

    /** The call that ends the lease of one run. */
    @FunctionalInterface
    public interface Warden {
        void revoke(AgentName agent, long run) throws RpcException;
    }

    private record Run(AgentName agent, long number) {}

    private final Warden warden;
    private final Set<Run> pending = new LinkedHashSet<>();

    private LeaseRevoker(Warden warden) {
        this.warden = warden;
    }

    public static LeaseRevoker start(Warden warden) {
        LeaseRevoker ends = new LeaseRevoker(warden);
        Thread.ofPlatform().daemon().name("cage-lease-ends").start(ends);
        return ends;
    }

    /**
     * Ends the run's lease.
     *
     * @throws RpcException when the warden has not done so; states whether it is retried
     */
    public void end(AgentName agent, long run) throws RpcException {
        try {
            warden.revoke(agent, run);
        } catch (RpcException e) {
            String then = addPending(new Run(agent, run))
                    ? "retrying until it succeeds"
                    : "not retried; revoke the leases of " + agent;
            throw e.withMessage(e.getMessage() + "; " + then);
        }
    }

    private synchronized boolean addPending(Run run) {
        if (pending.size() == MAX_PENDING) {
            return false;
        }
        pending.add(run);
        notifyAll();
        return true;
    }

    @Override
    public void run() {
        try {
            long pause = FIRST_PAUSE_NANOS;
            while (true) {
                Run next = awaitPending();
                LockSupport.parkNanos(pause);
                pause = isEnded(next) ? 0 : Math.clamp(2 * pause, FIRST_PAUSE_NANOS, LONGEST_PAUSE_NANOS);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized Run awaitPending() throws InterruptedException {
        while (pending.isEmpty()) {
            wait();
        }
        return pending.iterator().next();
    }

    private boolean isEnded(Run run) {
        boolean isEnded = false;
        try {
            warden.revoke(run.agent(), run.number());
            isEnded = true;
            System.err.println("cage: revoked at last: the lease of run " + run.number() + " of " + run.agent());
        } catch (RpcException e) {
            // The first failure was reported.
        } catch (RuntimeException e) {
            System.err.println("cage: revoking a lease failed, to be retried: " + RateLimitedLog.bug(e));
        }
        done(run, isEnded);
        return isEnded;
    }

    /** Removes a run, or moves one whose revocation failed behind the others, so that it does not delay them. */
    private synchronized void done(Run run, boolean isEnded) {
        pending.remove(run);
        if (!isEnded) {
            pending.add(run);
        }
    }
}
