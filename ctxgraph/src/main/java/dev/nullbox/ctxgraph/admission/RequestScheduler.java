package dev.nullbox.ctxgraph.admission;

import dev.nullbox.ctxgraph.memory.HeapCost;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * Scheduler of all agents' requests, which bounds the heap that their JSON trees take. A request is charged its heap
 * cost ({@link HeapCost}): that of its body, known beforehand, and that of what it reads of the store, known only as it
 * reads. A request runs with a permit; nothing waits for a client while it holds one.
 *
 * <p>Small and large requests wait in two queues, first come, first served, so that the many small ones, which share
 * commits, never wait behind a large one. A request that turns out too large for its permit gives it up and restarts
 * with a larger one: invariant, no request waits for heap while it holds some, hence no deadlock.
 *
 * <p>Before the queue of the large requests, and before every other {@link #slowly slow} operation, stands the {@link
 * SlowRequestLimiter} of the agent: it runs one of them at a time, and the others wait without a permit.
 */
public final class RequestScheduler {
    private static final int UNIT = 1 << 14;

    /** Capacity for all small requests together, and the largest that counts as small. */
    private static final int SMALL_UNITS = (8 << 20) / UNIT;

    private static final int SMALL_MOST = (512 << 10) / UNIT;

    /** Capacity for all large requests together. A larger one runs alone. */
    private static final int LARGE_UNITS = (24 << 20) / UNIT;

    private final Semaphore small = new Semaphore(SMALL_UNITS, true);
    private final Semaphore large = new Semaphore(LARGE_UNITS, true);
    private final Map<Thread, Permit> current = new ConcurrentHashMap<>();
    private final SlowRequestLimiter slowRequests;
    private final Duration queueTimeout;
    private final Duration pause;

    /**
     * @param queueTimeout longest wait for a permit, and before that for the agent's slow-request permit
     * @param pause delay of the answer to a request beyond its agent's quota
     */
    public RequestScheduler(Duration queueTimeout, Duration pause) {
        this.slowRequests = new SlowRequestLimiter(queueTimeout);
        this.queueTimeout = queueTimeout;
        this.pause = pause;
    }

    /** Thrown inside a request to end it, so that it restarts with a larger permit. */
    public static final class PermitTooSmall extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final long cost;
        private final boolean onlySlow;

        private PermitTooSmall(long cost, boolean onlySlow) {
            super("the permit is too small", null, false, false);
            this.cost = cost;
            this.onlySlow = onlySlow;
        }
    }

    /** Permit of a thread to use a part of the heap. */
    private final class Permit {
        private final boolean isSmall;
        private final SlowRequestLimiter.@Nullable Permit slowPermit;
        private long cost;
        private int units;
        private boolean overQuota;

        Permit(int units, SlowRequestLimiter.@Nullable Permit slowPermit, long cost) {
            this.isSmall = units <= SMALL_MOST;
            this.slowPermit = slowPermit;
            this.cost = cost;
            this.units = units;
        }

        Semaphore line() {
            return isSmall ? small : large;
        }

        boolean isAlone() {
            return units == LARGE_UNITS;
        }

        void add(long more) {
            if (slowPermit != null) {
                slowPermit.coolDown();
            }
            cost += more;
            int missing = units(cost) - units;
            if (missing > 0 && !isAlone()) {
                if (!isSmall || units(cost) > SMALL_MOST || !small.tryAcquire(missing)) {
                    throw new PermitTooSmall(cost, false);
                }
                units += missing;
            }
        }
    }

    /** Part of a request that may be run twice. */
    @FunctionalInterface
    public interface Part<T> {
        T make() throws RpcException;
    }

    /**
     * Runs a request as soon as there is a permit for it. It may be restarted at {@link #charge} and {@link #slowly},
     * and must not have changed anything before them.
     *
     * @param agent whose request it is
     * @param body the request's
     * @param reservation holds the request's answer, or at least as much as {@link BufferBudget#SMALL_ANSWER}
     * @param size of the answer, in bytes
     * @throws RpcException UNAVAILABLE, BUSY
     */
    public <T> T run(
            PrincipalName agent,
            byte[] body,
            BufferBudget.Reservation reservation,
            Supplier<T> request,
            ToLongFunction<T> size)
            throws RpcException {
        long known = HeapCost.of(body);
        long needed = known;
        boolean slow = false;
        while (true) {
            slow |= units(needed) > SMALL_MOST;
            try (SlowRequestLimiter.@Nullable Permit slowPermit = slow ? slowRequests.enter(agent) : null) {
                return permit(new Permit(units(needed), slowPermit, known), reservation, request, size);
            } catch (PermitTooSmall e) {
                slow = true;
                if (!e.onlySlow) {
                    needed = units(needed) <= SMALL_MOST ? Math.max(e.cost, (SMALL_MOST + 1L) * UNIT) : Long.MAX_VALUE;
                    reservation.await(Math.min(needed, BufferBudget.MAX_ANSWER));
                }
            }
        }
    }

    private <T> T permit(
            Permit permit, BufferBudget.Reservation reservation, Supplier<T> request, ToLongFunction<T> size)
            throws RpcException {
        begin(permit);
        try {
            T answer = request.get();
            long bytes = size.applyAsLong(answer);
            if (!reservation.covers(bytes)) {
                if (permit.isAlone()) {
                    throw busy();
                }
                throw new PermitTooSmall(permit.cost + bytes, false);
            }
            return answer;
        } finally {
            end(permit);
        }
    }

    /**
     * Runs a slow operation under the agent's slow-request permit; a request that holds a heap permit may give it up
     * and restart.
     */
    public <T> T slowly(PrincipalName agent, Part<T> part) throws RpcException {
        Permit permit = current.get(Thread.currentThread());
        if (permit == null) {
            try (SlowRequestLimiter.Permit slowPermit = slowRequests.enter(agent)) {
                slowPermit.coolDown();
                return part.make();
            }
        }
        if (permit.slowPermit == null) {
            throw new PermitTooSmall(permit.cost, true);
        }
        permit.slowPermit.coolDown();
        return part.make();
    }

    /** Charges the cost of what was read of the store to the thread's permit, if it has one. */
    public void charge(long cost) {
        Permit permit = current.get(Thread.currentThread());
        if (permit != null) {
            permit.add(cost);
        }
    }

    /**
     * Charges the maximum to the thread's permit, if it has one, so that whatever else the request reads is covered.
     */
    public void chargeMaximum() {
        charge((long) LARGE_UNITS * UNIT);
    }

    /**
     * Delays the answer of the thread's request, if it has a permit, until after the permit is released: an agent that
     * repeats a refused request at once would otherwise take processor time from the others.
     */
    public void slowDown() {
        Permit permit = current.get(Thread.currentThread());
        if (permit != null) {
            permit.overQuota = true;
        }
    }

    private void begin(Permit permit) throws RpcException {
        boolean begun = false;
        try {
            begun = permit.line().tryAcquire(permit.units, queueTimeout.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!begun) {
            throw busy();
        }
        current.put(Thread.currentThread(), permit);
    }

    private void end(Permit permit) {
        current.remove(Thread.currentThread());
        permit.line().release(permit.units);
        if (permit.overQuota) {
            try {
                Thread.sleep(pause);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static int units(long cost) {
        return (int) Math.min(LARGE_UNITS, cost / UNIT + 1);
    }

    private static RpcException busy() {
        return new RpcException(MemoryReason.BUSY, "too many requests wait before this one: try again");
    }
}
