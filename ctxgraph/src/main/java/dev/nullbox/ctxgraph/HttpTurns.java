package dev.nullbox.ctxgraph;

import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/**
 * Turns of the requests of all agents, first come first served, so that their trees fit into a small heap. A request
 * weighs what its body does: many small ones run at once, and so share a commit, but few large ones. Nothing waits for a
 * client during its turn, so that an agent with all its threads in the queue delays another by these few requests only.
 */
final class HttpTurns {
    private static final int UNIT = 1 << 15;
    private static final int UNITS = 64;

    private final Semaphore units = new Semaphore(UNITS, true);

    /** Runs a request when its turn comes. */
    <T> T run(int bodyBytes, Supplier<T> request) {
        int weight = Math.min(UNITS, 1 + bodyBytes / UNIT);
        units.acquireUninterruptibly(weight);
        try {
            return request.get();
        } finally {
            units.release(weight);
        }
    }
}
