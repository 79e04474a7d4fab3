package dev.nullbox.egress;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Number of what agents may reach: another one after each change, and after a restart. */
final class Revision {
    private long number;

    /** @param first other than that of any run before */
    Revision(long first) {
        number = first;
    }

    /** Notes a change. */
    synchronized void change() {
        number++;
        notifyAll();
    }

    /** The number, once it is not this one, or when the time is over. */
    synchronized long await(long known, Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        long left = end - System.nanoTime();
        while (number == known && left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
            left = end - System.nanoTime();
        }
        return number;
    }
}
