package dev.nullbox.cage.agent;

import dev.nullbox.service.TokenBucket;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Queue of one run's lines for the appliance's log: as many as the rate allows, in order, written by a thread of its
 * own. A thread that reads from a guest never waits for the log: the guest's heartbeat is behind its output in the VMM,
 * and would be late. Lines that are not written are counted, and the count is written among them.
 */
final class LineQueue {
    static final int BURST = 500;
    static final int LINES_PER_SECOND = 100;
    private static final int CAPACITY = 250;
    /** Idle time after which the thread ends. */
    private static final long IDLE_MILLIS = 5_000;

    private final String name;
    private final LongSupplier clockMillis;
    private final Consumer<String> log;
    private final TokenBucket rate;
    private final ArrayDeque<String> lines = new ArrayDeque<>();
    private long dropped;
    private boolean isBusy;
    private boolean isRunning;

    /**
     * @param name of the writing thread
     * @param log takes each line, and may take its time
     */
    LineQueue(String name, LongSupplier clockMillis, Consumer<String> log) {
        this.name = name;
        this.clockMillis = clockMillis;
        this.log = log;
        this.rate = new TokenBucket(BURST, 1_000 / LINES_PER_SECOND, clockMillis.getAsLong());
    }

    /** Tells whether a line that was offered now would be written. */
    synchronized boolean hasRoom() {
        return lines.size() < CAPACITY && !rate.isSpent(clockMillis.getAsLong());
    }

    /** Counts lines that were not offered, as there was no room. */
    synchronized void skip(long count) {
        dropped += count;
    }

    /** Queues a line, or counts it; never waits. */
    synchronized void offer(String line) {
        if (!hasRoom()) {
            skip(1);
            return;
        }
        var _ = rate.take(clockMillis.getAsLong());
        tellDropped();
        add(line);
    }

    /** Waits until all offered lines are written or reported as dropped; false at the timeout. */
    synchronized boolean flush(Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        tellDropped();
        while (isBusy || !lines.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                return false;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }
        return true;
    }

    private void tellDropped() {
        if (dropped > 0) {
            String told = "(" + dropped + " lines dropped: more than " + LINES_PER_SECOND
                    + " a second, or than the log takes)";
            dropped = 0;
            add(told);
        }
    }

    private void add(String line) {
        lines.add(line);
        notifyAll();
        if (!isRunning) {
            isRunning = true;
            Thread.ofPlatform().daemon().name(name).start(this::write);
        }
    }

    private void write() {
        for (String line = next(); line != null; line = next()) {
            log.accept(line);
        }
    }

    /** The next line; null at the end of the thread, when there has been none for long. */
    private synchronized @Nullable String next() {
        isBusy = false;
        notifyAll();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(IDLE_MILLIS);
        while (lines.isEmpty()) {
            long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
            if (left <= 0) {
                isRunning = false;
                return null;
            }
            try {
                wait(left);
            } catch (InterruptedException e) {
                isRunning = false;
                return null;
            }
        }
        isBusy = true;
        return lines.remove();
    }
}
