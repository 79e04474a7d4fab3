package dev.nullbox.nulld.linux;

/** Time since the kernel's start, and pauses by it: every deadline of PID 1 is on this clock. */
public interface Clock {
    /** Milliseconds since the kernel started; never goes back. */
    long millis();

    /** The same in real milliseconds: differs only under a test's faster clock. */
    long toReal(long millis);

    /** Pauses so long. Ends early when the thread is interrupted, which stays marked. */
    void pause(long millis);
}
