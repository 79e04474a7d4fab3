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
 * {@link SlowLanes lane}: so one agent has no more than one of them at work, and no part of the heap while it waits there.
 */
public final class Turns {
    private static final int UNIT = 1 << 14;

    /** Of the small requests together, and of one of them. */
    private static final int SMALL_UNITS = (8 << 20) / UNIT;

    private static final int SMALL_MOST = (512 << 10) / UNIT;

    /** Of the large ones together. What has more has its turn alone. */
    private static final int LARGE_UNITS = (24 << 20) / UNIT;

    private final Semaphore small = new Semaphore(SMALL_UNITS, true);
    private final Semaphore large = new Semaphore(LARGE_UNITS, true);
    private final Map<Thread, Turn> current = new ConcurrentHashMap<>();
    private final SlowLanes lanes;
    private final Duration patience;
    private final Duration pause;

    /**
     * @param patience how long a request waits for its turn, and before that in its agent's lane
     * @param pause what passes before a request beyond its agent's quota is answered
     */
    public Turns(Duration patience, Duration pause) {
        this.lanes = new SlowLanes(patience);
        this.patience = patience;
        this.pause = pause;
    }

    /** Ends a request's turn from within, to begin anew with a larger one. */
    public static final class TooSmall extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final long cost;
        private final boolean onlySlow;

        private TooSmall(long cost, boolean onlySlow) {
            super("the turn is too small", null, false, false);
            this.cost = cost;
            this.onlySlow = onlySlow;
        }
    }

    /** What a thread has of the heap. */
    private final class Turn {
        private final boolean isSmall;
        private final SlowLanes.@Nullable Pass pass;
        private long cost;
        private int units;
        private boolean overQuota;

        Turn(int units, SlowLanes.@Nullable Pass pass, long cost) {
            this.isSmall = units <= SMALL_MOST;
            this.pass = pass;
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
            if (pass != null) {
                pass.rest();
            }
            cost += more;
            int missing = units(cost) - units;
            if (missing > 0 && !isAlone()) {
                if (!isSmall || units(cost) > SMALL_MOST || !small.tryAcquire(missing)) {
                    throw new TooSmall(cost, false);
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
     * Runs a request when its turn comes; it must not have changed anything when it {@link #weigh weighs} or goes
     * {@link #slowly}.
     *
     * @param agent whose request it is
     * @param body the request's
     * @param place holds the request's answer, or at least as much as {@link HttpPlaces#SMALL_ANSWER}
     * @param size of the answer, in bytes
     * @throws RpcException UNAVAILABLE, BUSY
     */
    public <T> T run(
            PrincipalName agent, byte[] body, HttpPlaces.Place place, Supplier<T> request, ToLongFunction<T> size)
            throws RpcException {
        long known = HeapCost.of(body);
        long needed = known;
        boolean slow = false;
        while (true) {
            slow |= units(needed) > SMALL_MOST;
            try (SlowLanes.@Nullable Pass pass = slow ? lanes.enter(agent) : null) {
                return turn(new Turn(units(needed), pass, known), place, request, size);
            } catch (TooSmall e) {
                slow = true;
                if (!e.onlySlow) {
                    needed = units(needed) <= SMALL_MOST ? Math.max(e.cost, (SMALL_MOST + 1L) * UNIT) : Long.MAX_VALUE;
                    place.await(Math.min(needed, HttpPlaces.MAX_ANSWER));
                }
            }
        }
    }

    private <T> T turn(Turn turn, HttpPlaces.Place place, Supplier<T> request, ToLongFunction<T> size)
            throws RpcException {
        begin(turn);
        try {
            T answer = request.get();
            long bytes = size.applyAsLong(answer);
            if (!place.covers(bytes)) {
                if (turn.isAlone()) {
                    throw busy();
                }
                throw new TooSmall(turn.cost + bytes, false);
            }
            return answer;
        } finally {
            end(turn);
        }
    }

    /** Does what takes long in its agent's lane, for which the thread's turn, if it has one, may end to begin anew. */
    public <T> T slowly(PrincipalName agent, Part<T> part) throws RpcException {
        Turn turn = current.get(Thread.currentThread());
        if (turn == null) {
            try (SlowLanes.Pass pass = lanes.enter(agent)) {
                pass.rest();
                return part.make();
            }
        }
        if (turn.pass == null) {
            throw new TooSmall(turn.cost, true);
        }
        turn.pass.rest();
        return part.make();
    }

    /** Adds the cost of what was read of the store to the turn that the thread has, if it has one. */
    public void weigh(long cost) {
        Turn turn = current.get(Thread.currentThread());
        if (turn != null) {
            turn.add(cost);
        }
    }

    /** Makes sure that whatever else the request reads has room in the turn that the thread has, if it has one. */
    public void weighMost() {
        weigh((long) LARGE_UNITS * UNIT);
    }

    /**
     * Has the request of the thread's turn, if it has one, answered a little later, when the turn is over: an agent that
     * asks again at once would else leave the others less of the processor, the more it is refused.
     */
    public void slowDown() {
        Turn turn = current.get(Thread.currentThread());
        if (turn != null) {
            turn.overQuota = true;
        }
    }

    private void begin(Turn turn) throws RpcException {
        boolean begun = false;
        try {
            begun = turn.line().tryAcquire(turn.units, patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        if (!begun) {
            throw busy();
        }
        current.put(Thread.currentThread(), turn);
    }

    private void end(Turn turn) {
        current.remove(Thread.currentThread());
        turn.line().release(turn.units);
        if (turn.overQuota) {
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
