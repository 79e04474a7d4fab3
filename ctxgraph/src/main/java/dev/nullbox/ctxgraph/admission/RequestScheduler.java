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
 * Turns of the requests of all agents, so that their trees fit into a small heap. A request weighs what it takes of the
 * heap ({@link HeapCost}): its body, known before, and what it reads of the store, known only as it reads it. Nothing waits
 * for a client during its turn.
 *
 * <p>Small requests and large ones wait in two lines, first come, first served, so that none of the many small ones, which
 * share commits, stands behind a large one. What turns out to be too large for its turn ends it and begins anew with a
 * larger one: so nobody waits for a part of the heap while holding another.
 *
 * <p>Before the line of the large ones, and before whatever else is {@link #slowly slow}, each agent has its own
 * {@link SlowRequestLimiter lane}: so one agent has no more than one of them at work, and no part of the heap while it waits there.
 */
public final class RequestScheduler {
    private static final int UNIT = 1 << 14;

    /** Of the small requests together, and of one of them. */
    private static final int SMALL_UNITS = (8 << 20) / UNIT;

    private static final int SMALL_MOST = (512 << 10) / UNIT;

    /** Of the large ones together. What has more has its turn alone. */
    private static final int LARGE_UNITS = (24 << 20) / UNIT;

    private final Semaphore small = new Semaphore(SMALL_UNITS, true);
    private final Semaphore large = new Semaphore(LARGE_UNITS, true);
    private final Map<Thread, Permit> current = new ConcurrentHashMap<>();
    private final SlowRequestLimiter slowRequests;
    private final Duration queueTimeout;
    private final Duration pause;

    /**
     * @param queueTimeout how long a request waits for its turn, and before that in its agent's lane
     * @param pause what passes before a request beyond its agent's quota is answered
     */
    public RequestScheduler(Duration queueTimeout, Duration pause) {
        this.slowRequests = new SlowRequestLimiter(queueTimeout);
        this.queueTimeout = queueTimeout;
        this.pause = pause;
    }

    /** Ends a request's turn from within, to begin anew with a larger one. */
    public static final class PermitTooSmall extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final long cost;
        private final boolean onlySlow;

        private PermitTooSmall(long cost, boolean onlySlow) {
            super("the turn is too small", null, false, false);
            this.cost = cost;
            this.onlySlow = onlySlow;
        }
    }

    /** Permit of a thread for a part of the heap. */
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

    /** A part of a request. */
    @FunctionalInterface
    public interface Part<T> {
        T make() throws RpcException;
    }

    /**
     * Runs a request when its turn comes; it must not have changed anything when it {@link #charge weighs} or goes
     * {@link #slowly}.
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

    /** Does what takes long in its agent's lane, for which the thread's turn, if it has one, may end to begin anew. */
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

    /** Adds the cost of what was read of the store to the turn that the thread has, if it has one. */
    public void charge(long cost) {
        Permit permit = current.get(Thread.currentThread());
        if (permit != null) {
            permit.add(cost);
        }
    }

    /** Makes sure that whatever else the request reads has room in the turn that the thread has, if it has one. */
    public void chargeMaximum() {
        charge((long) LARGE_UNITS * UNIT);
    }

    /**
     * Has the request of the thread's turn, if it has one, answered a little later, when the turn is over: an agent that
     * asks again at once would else leave the others less of the processor, the more it is refused.
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
        return new RpcException(MemoryReason.BUSY, "too many requests wait for their turn: try again");
    }
}
