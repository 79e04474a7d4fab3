package dev.nullbox.ctxgraph.admission;

import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Budget of the buffers that wait for clients: request bodies while they arrive, answers while they are sent. Small
 * buffers need no reservation, as their number is bounded by the threads of each listener. A large one reserves its
 * bytes from the total of all agents, first come, first served, and from its agent's quota: one agent can therefore
 * fill only part of the total, and waits behind its own requests.
 */
public final class BufferBudget {
    /** A body of at most so many bytes needs no reservation. */
    public static final int SMALL_BODY = 8 << 10;

    /** An answer of at most so many bytes needs no reservation. More than {@link #ANSWERED} times a small body. */
    public static final int SMALL_ANSWER = 40 << 10;

    /**
     * Ratio of an answer's size to its body's, at most: {@code create_entities} returns what it made twice, as data and
     * as text within the text, where each quote and backslash is escaped once more.
     */
    private static final double ANSWERED = 4.5;

    /** The largest answer: the largest value, returned twice as above. */
    static final long MAX_ANSWER = (long) (ANSWERED * (1 << 20));

    private static final int UNIT = 1 << 14;
    private static final int SHARE = units(MAX_ANSWER);
    private static final int SHARES = 4;

    private final Semaphore all = new Semaphore(SHARES * SHARE, true);
    private final Duration queueTimeout;

    /** @param queueTimeout how long a body or an answer waits for its reservation */
    public BufferBudget(Duration queueTimeout) {
        this.queueTimeout = queueTimeout;
    }

    /** Quota of one agent. */
    public final class Quota {
        private final Semaphore own = new Semaphore(SHARE, true);

        /** A reservation for one request, empty so far. */
        public Reservation reservation() {
            return new Reservation(own);
        }
    }

    /** Quota of a new agent. */
    public Quota quota() {
        return new Quota();
    }

    /** Reservation of one request; for one thread. */
    public final class Reservation implements AutoCloseable {
        private final Semaphore own;
        private int held;

        private Reservation(Semaphore own) {
            this.own = own;
        }

        /**
         * Reserves bytes for a body and for the answer to it; waits until there are enough.
         *
         * @throws RpcException UNAVAILABLE, BUSY
         */
        public void awaitBody(long bytes) throws RpcException {
            await((long) (ANSWERED * bytes));
        }

        /**
         * Reserves bytes, and waits for them only if nothing is held yet: two requests that each hold some and wait for
         * more could wait for each other for ever.
         *
         * @throws RpcException UNAVAILABLE, BUSY
         */
        void await(long bytes) throws RpcException {
            int units = Math.min(units(bytes), SHARE);
            if (held == 0 ? !take(units) : !covers(bytes)) {
                throw new RpcException(
                        MemoryReason.BUSY, "too many large requests and answers are in transfer: try again");
            }
        }

        /** Tells whether an answer of so many bytes fits, without waiting; what it does not need is released. */
        boolean covers(long bytes) {
            int units = bytes <= SMALL_ANSWER ? 0 : units(bytes);
            if (units > held) {
                int more = units - held;
                if (!own.tryAcquire(more)) {
                    return false;
                }
                if (!all.tryAcquire(more)) {
                    own.release(more);
                    return false;
                }
            } else {
                all.release(held - units);
                own.release(held - units);
            }
            held = units;
            return true;
        }

        private boolean take(int units) {
            long untilNanos = System.nanoTime() + queueTimeout.toNanos();
            try {
                if (!own.tryAcquire(units, queueTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
                    return false;
                }
                if (!all.tryAcquire(units, untilNanos - System.nanoTime(), TimeUnit.NANOSECONDS)) {
                    own.release(units);
                    return false;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            held = units;
            return true;
        }

        @Override
        public void close() {
            covers(0);
        }
    }

    private static int units(long bytes) {
        return (int) ((bytes + UNIT - 1) / UNIT);
    }
}
