package dev.nullbox.ctxgraph.memory;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** The last sequence number that is committed, to be waited for. */
public final class Position {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition moved = lock.newCondition();
    private volatile long seq;
    private volatile boolean closed;

    public long get() {
        return seq;
    }

    public void moveTo(long committed) {
        if (committed != seq) {
            seq = committed;
            wake();
        }
    }

    /** Has everybody look again whether to go on. */
    public void wake() {
        lock.lock();
        try {
            moved.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Ends all waits, also those to come. */
    public void close() {
        closed = true;
        wake();
    }

    /**
     * Waits for the log to go beyond a number.
     *
     * @param untilNanos in {@link System#nanoTime} terms
     * @return false when the wait is over or was given up
     */
    public boolean await(long after, long untilNanos, BooleanSupplier givenUp) {
        lock.lock();
        try {
            long left = untilNanos - System.nanoTime();
            while (seq <= after) {
                if (left <= 0 || closed || givenUp.getAsBoolean()) {
                    return false;
                }
                left = moved.awaitNanos(left);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }
}
