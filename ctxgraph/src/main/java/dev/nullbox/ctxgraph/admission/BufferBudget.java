package dev.nullbox.ctxgraph.admission;

import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * Places for what waits for clients: bodies on their way in, answers on their way out. Small ones need none, as each
 * thread of each door may hold one. A large one takes its bytes from what all agents have together, first come, first
 * served, and from its agent's share: so one agent can fill no more than a part of it, and waits behind itself.
 */
public final class BufferBudget {
    /** A body of so many bytes needs no place. */
    public static final int SMALL_BODY = 8 << 10;

    /** An answer of so many bytes needs no place. More than {@link #ANSWERED} times a small body. */
    public static final int SMALL_ANSWER = 40 << 10;

    /**
     * How much larger than its body the answer to a change can be: {@code create_entities} tells what it made, as data
     * and as text within the text, where each quote and backslash is escaped once more.
     */
    private static final double ANSWERED = 4.5;

    /** The largest answer: the largest value, told twice as above. */
    static final long MAX_ANSWER = (long) (ANSWERED * (1 << 20));

    private static final int UNIT = 1 << 14;
    private static final int SHARE = units(MAX_ANSWER);
    private static final int SHARES = 4;

    private final Semaphore all = new Semaphore(SHARES * SHARE, true);
    private final Duration queueTimeout;

    /**
     * @param queueTimeout how long a body or an answer waits for its place
     */
    public BufferBudget(Duration queueTimeout) {
        this.queueTimeout = queueTimeout;
    }

    /** Quota of one agent. */
    public final class Quota {
        private final Semaphore own = new Semaphore(SHARE, true);

        /** For one request, of no size yet. */
        public Reservation reservation() {
            return new Reservation(own);
        }
    }

    /** A new agent's share. */
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
         * Makes room for a body of so many bytes and for the answer to it, waiting for it.
         *
         * @throws RpcException UNAVAILABLE, BUSY
         */
        public void awaitBody(long bytes) throws RpcException {
            await((long) (ANSWERED * bytes));
        }

        /**
         * Makes room for so many bytes, waiting for it if nothing is held yet: who holds some and waits for more could
         * wait for another who does the same.
         *
         * @throws RpcException UNAVAILABLE, BUSY
         */
        void await(long bytes) throws RpcException {
            int units = Math.min(units(bytes), SHARE);
            if (held == 0 ? !take(units) : !covers(bytes)) {
                throw new RpcException(
                        MemoryReason.BUSY, "too many large requests and answers are on their way: try again");
            }
        }

        /** Whether an answer of so many bytes has room, at once; what it does not need is given back. */
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
