package dev.nullbox.service;

/**
 * Rate limit for work that other processes can provoke, such as lines of a shared log: a bucket that gains one token in
 * each interval, up to its burst. Not thread-safe.
 */
public final class TokenBucket {
    private final long burst;
    private final long refillMillis;
    private long left;
    private long refilledAt;
    private long dropped;

    /** A full bucket. */
    public TokenBucket(long burst, long refillMillis, long nowMillis) {
        this.burst = burst;
        this.refillMillis = refillMillis;
        this.left = burst;
        this.refilledAt = nowMillis;
    }

    /** Takes a token; false, and counted as dropped, when there is none. */
    public boolean take(long nowMillis) {
        if (isSpent(nowMillis)) {
            dropped++;
            return false;
        }
        left--;
        return true;
    }

    /** Tells whether no token is left. */
    public boolean isSpent(long nowMillis) {
        long gained = (nowMillis - refilledAt) / refillMillis;
        refilledAt += gained * refillMillis;
        left = Math.min(burst, left + gained);
        return left == 0;
    }

    /** Returns the count of dropped requests and resets it. */
    public long takeDropped() {
        long count = dropped;
        dropped = 0;
        return count;
    }
}
