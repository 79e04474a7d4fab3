package dev.nullbox.service.process;

/** The pauses before a process that failed is started again: 1, 2, 4, 8, 16, then 30 seconds each. */
public final class Backoff {
    /** Running time after which the count of failures begins anew. */
    public static final long RESET_MILLIS = 300_000;

    private static final long LONGEST_MILLIS = 30_000;
    private static final int LAST_DOUBLING = 5;

    private Backoff() {}

    /** The pause after the n-th failure in a row, counted from 1. */
    public static long millis(int failures) {
        return failures > LAST_DOUBLING ? LONGEST_MILLIS : 1_000L << (failures - 1);
    }
}
