package dev.nullbox.service;

/**
 * How often others may make a service do something, as write to a log that is shared: a bucket that refills by one in
 * each interval. Not thread-safe.
 */
public final class TokenBucket {
    private final long burst;
    private final long refillMillis;
    private long left;
    private long refilledAt;
    private long dropped;

    /** A full one. */
    public TokenBucket(long burst, long refillMillis, long nowMillis) {
        this.burst = burst;
        this.refillMillis = refillMillis;
        this.left = burst;
        this.refilledAt = nowMillis;
    }

    /** Whether there is one more; counts it as dropped when not. */
    public boolean take(long nowMillis) {
        if (isSpent(nowMillis)) {
            dropped++;
            return false;
        }
        left--;
        return true;
    }

    /** Whether there is none. */
    public boolean isSpent(long nowMillis) {
        long gained = (nowMillis - refilledAt) / refillMillis;
        refilledAt += gained * refillMillis;
        left = Math.min(burst, left + gained);
        return left == 0;
    }

    /** How many were dropped since this was last asked. */
    public long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
