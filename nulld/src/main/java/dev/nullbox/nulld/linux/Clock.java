package dev.nullbox.nulld.linux;

/** Time since the kernel started, and waiting by it: every deadline of PID 1 is on this clock. */
public interface Clock {
    /** Milliseconds since the kernel started; never goes back. */
    long millis();

    /** The same in real milliseconds: differs only under a test's faster clock. */
    long toReal(long millis);

    /** Waits so long. Ends early when the thread is interrupted, and leaves it marked so. */
    void pause(long millis);
}
