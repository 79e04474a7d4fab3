package dev.nullbox.service;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Has the heap wiped soon after secrets went through it as strings and arrays that nobody can overwrite: in our native
 * image the collector overwrites all that it frees or moves (image/native.sh), so each collection leaves nothing of them.
 * On a JVM it only collects.
 */
public final class HeapWiper {
    /** Pauses are so many times as long as the collection before: wiping takes a tenth of the time at most, where it is quick. */
    private static final int PAUSE_FACTOR = 9;

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Semaphore asked = new Semaphore(0);
    private final Runnable collector;

    private HeapWiper(Runnable collector) {
        this.collector = collector;
    }

    /** Starts the thread that wipes. */
    public static HeapWiper start() {
        return start(System::gc);
    }

    static HeapWiper start(Runnable collector) {
        HeapWiper wiper = new HeapWiper(collector);
        Thread.ofPlatform().daemon().name("heap-wiper").start(wiper::run);
        return wiper;
    }

    /** Asks for a collection that begins after this call; to be called when nothing refers to the secrets any more. */
    public void request() {
        asked.release();
    }

    private void run() {
        while (true) {
            asked.acquireUninterruptibly();
            asked.drainPermits();
            long start = System.nanoTime();
            collector.run();
            LockSupport.parkNanos(Math.min((System.nanoTime() - start) * PAUSE_FACTOR, LONGEST_PAUSE_NANOS));
        }
    }
}
