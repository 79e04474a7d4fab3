package dev.nullbox.cage;

/**
 * How many console lines an agent may have shown: a bucket of {@link #BURST} that refills by {@link #PER_SECOND}. The log
 * is shared; an agent that floods its console drops its own lines and nobody else's.
 */
final class LineBudget {
    static final int BURST = 500;
    static final int PER_SECOND = 100;

    private static final long MILLIS_PER_LINE = 1_000 / PER_SECOND;

    private long left = BURST;
    private long refilledAt;
    private long dropped;

    LineBudget(long nowMillis) {
        refilledAt = nowMillis;
    }

    /** Whether one more line may be shown now; counts it as dropped when not. */
    boolean take(long nowMillis) {
        long gained = (nowMillis - refilledAt) / MILLIS_PER_LINE;
        refilledAt += gained * MILLIS_PER_LINE;
        left = Math.min(BURST, left + gained);
        if (left == 0) {
            dropped++;
            return false;
        }
        left--;
        return true;
    }

    /** How many were dropped since this was last asked. */
    long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
