package dev.nullbox.cage;

/**
 * How often an agent may make others do something: a bucket that refills by one in each interval. What is shared, as the
 * log, an agent that floods it spends from its own bucket and nobody else's.
 */
final class Budget {
    private final long burst;
    private final long refillMillis;
    private long left;
    private long refilledAt;
    private long dropped;

    /** A full one. */
    Budget(long burst, long refillMillis, long nowMillis) {
        this.burst = burst;
        this.refillMillis = refillMillis;
        this.left = burst;
        this.refilledAt = nowMillis;
    }

    /** Whether there is one more; counts it as dropped when not. */
    boolean take(long nowMillis) {
        if (isSpent(nowMillis)) {
            dropped++;
            return false;
        }
        left--;
        return true;
    }

    /** Whether there is none. */
    boolean isSpent(long nowMillis) {
        long gained = (nowMillis - refilledAt) / refillMillis;
        refilledAt += gained * refillMillis;
        left = Math.min(burst, left + gained);
        return left == 0;
    }

    /** How many were dropped since this was last asked. */
    long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
