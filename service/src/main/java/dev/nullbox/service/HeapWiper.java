package dev.nullbox.service;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Wipes the heap after secrets passed through strings and arrays that cannot be overwritten. In NullBox's native image
 * the collector overwrites memory that it frees or moves (image/native.sh), so a collection wipes them; a JVM only
 * collects.
 */
public final class HeapWiper {
    /** Length of a pause, as a multiple of the collection before it: short collections take a tenth of the time at most. */
    private static final int PAUSE_FACTOR = 9;

    private static final long LONGEST_PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final Semaphore requests = new Semaphore(0);
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

    /** Requests a collection that begins after this call; by then nothing may refer to the secrets. */
    public void request() {
        requests.release();
    }

    private void run() {
        while (true) {
            requests.acquireUninterruptibly();
            requests.drainPermits();
            long start = System.nanoTime();
            collector.run();
            LockSupport.parkNanos(Math.min((System.nanoTime() - start) * PAUSE_FACTOR, LONGEST_PAUSE_NANOS));
        }
    }
}
