package dev.nullbox.ctxgraph.admission;

import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * A lane for each agent in which its slow requests go one by one, first come, first served, and after each that read much
 * it rests for twice as long as that one took. So an agent has one slow request at work at a time, reads so for a third of
 * the time at most, and what else it asks for waits behind itself. Writes do not rest: quotas bound them.
 */
final class SlowLanes {
    private static final int REST_TIMES = 2;
    private static final long MAX_REST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Map<PrincipalName, Lane> lanes = new ConcurrentHashMap<>();
    private final Duration patience;

    /**
     * @param patience how long a request waits in its lane
     */
    SlowLanes(Duration patience) {
        this.patience = patience;
    }

    private static final class Lane {
        private final Semaphore free = new Semaphore(1, true);

        /** Whoever has the lane may touch it. */
        private long restsUntilNanos = System.nanoTime();
    }

    /** What a request has while it is at work; for one thread. */
    static final class Pass implements AutoCloseable {
        private final Lane lane;
        private final long begunNanos = System.nanoTime();
        private boolean rests;

        private Pass(Lane lane) {
            this.lane = lane;
        }

        /** Tells that it read much. */
        void rest() {
            rests = true;
        }

        @Override
        public void close() {
            long now = System.nanoTime();
            lane.restsUntilNanos = rests ? now + Math.min(REST_TIMES * (now - begunNanos), MAX_REST_NANOS) : now;
            lane.free.release();
        }
    }

    /**
     * Waits until the agent may be at work with a slow request; operators are not held up.
     *
     * @throws RpcException UNAVAILABLE, BUSY
     */
    Pass enter(PrincipalName agent) throws RpcException {
        Lane lane = agent.equals(Actor.OPERATOR) ? new Lane() : lanes.computeIfAbsent(agent, _ -> new Lane());
        try {
            if (lane.free.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS)) {
                boolean entered = false;
                try {
                    TimeUnit.NANOSECONDS.sleep(lane.restsUntilNanos - System.nanoTime());
                    entered = true;
                    return new Pass(lane);
                } finally {
                    if (!entered) {
                        lane.free.release();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RpcException(
                MemoryReason.BUSY, agent + " has other slow requests before this one, which go one by one: try again");
    }
}
