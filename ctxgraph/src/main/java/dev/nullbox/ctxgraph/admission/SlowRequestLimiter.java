package dev.nullbox.ctxgraph.admission;

import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Limiter of each agent's slow requests: one at a time, first come, first served. After a request that read much
 * follows a cooldown of twice the time that it took, so that an agent reads for a third of the time at most. Writes
 * have no cooldown: quotas bound them.
 */
final class SlowRequestLimiter {
    private static final int REST_TIMES = 2;
    private static final long MAX_REST_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Map<PrincipalName, AgentQueue> slowRequests = new ConcurrentHashMap<>();
    private final Duration queueTimeout;

    /** @param queueTimeout longest wait for a permit */
    SlowRequestLimiter(Duration queueTimeout) {
        this.queueTimeout = queueTimeout;
    }

    private static final class AgentQueue {
        private final Semaphore free = new Semaphore(1, true);

        /** End of the cooldown; only for the thread that holds the permit. */
        private long coolsUntilNanos = System.nanoTime();
    }

    /** Permit of a slow request at work; for one thread. */
    static final class Permit implements AutoCloseable {
        private final AgentQueue queue;
        private final long begunNanos = System.nanoTime();
        private boolean coolsDown;

        private Permit(AgentQueue queue) {
            this.queue = queue;
        }

        /** Marks the request as one that read much: a cooldown follows. */
        void coolDown() {
            coolsDown = true;
        }

        @Override
        public void close() {
            long now = System.nanoTime();
            queue.coolsUntilNanos = coolsDown ? now + Math.min(REST_TIMES * (now - begunNanos), MAX_REST_NANOS) : now;
            queue.free.release();
        }
    }

    /**
     * Waits until the agent may run a slow request; operators do not wait.
     *
     * @throws RpcException UNAVAILABLE, BUSY
     */
    Permit enter(PrincipalName agent) throws RpcException {
        AgentQueue queue = agent.equals(Principal.OPERATOR)
                ? new AgentQueue()
                : slowRequests.computeIfAbsent(agent, _ -> new AgentQueue());
        try {
            if (queue.free.tryAcquire(queueTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
                boolean entered = false;
                try {
                    TimeUnit.NANOSECONDS.sleep(queue.coolsUntilNanos - System.nanoTime());
                    entered = true;
                    return new Permit(queue);
                } finally {
                    if (!entered) {
                        queue.free.release();
                    }
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        throw new RpcException(
                MemoryReason.BUSY,
                agent + " has other slow requests before this one, and one runs at a time: try again");
    }
}
