package dev.nullbox.ctxgraph.memory;

import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/** Sequence number of the last commit, on which readers can wait. */
public final class CommitPosition {
    private volatile long seq;
    private boolean closed;

    public long get() {
        return seq;
    }

    public void moveTo(long committed) {
        if (committed != seq) {
            seq = committed;
            wake();
        }
    }

    /** Makes every waiting thread check again whether to go on. */
    public synchronized void wake() {
        notifyAll();
    }

    /** Ends all waits, present and future. */
    public synchronized void close() {
        closed = true;
        notifyAll();
    }

    /**
     * Waits for the log to go beyond a number.
     *
     * @param untilNanos in {@link System#nanoTime} terms
     * @return false when the wait is over or was given up
     */
    public synchronized boolean await(long after, long untilNanos, BooleanSupplier givenUp) {
        while (seq <= after) {
            long left = untilNanos - System.nanoTime();
            if (left <= 0 || closed || givenUp.getAsBoolean()) {
                return false;
            }
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }
}
