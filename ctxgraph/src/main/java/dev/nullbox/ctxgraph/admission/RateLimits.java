package dev.nullbox.ctxgraph.admission;

import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Token buckets for writes, one for each agent: a full minute's worth at once, refilled steadily. They live as long as
 * the process, so that an agent does not refill its bucket by starting anew.
 */
public final class RateLimits {
    private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

    private final LongSupplier nanoClock;
    private final Map<PrincipalName, Bucket> buckets = new HashMap<>();

    private static final class Bucket {
        double left;
        long atNanos;
    }

    public RateLimits(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /**
     * Refuses what {@link #take} would refuse, and takes nothing: called before work is done for a write.
     *
     * @throws RpcException UNAVAILABLE, QUOTA_RATE
     */
    public synchronized void require(Principal principal, int writes) throws RpcException {
        long most = principal.maxWritesPerMinute();
        Bucket bucket = bucket(principal.agent(), most);
        if (bucket.left < writes) {
            long waitMs = most == 0
                    ? TimeUnit.MINUTES.toMillis(1)
                    : (long) Math.ceil((writes - bucket.left) * TimeUnit.MINUTES.toMillis(1) / most);
            throw new RpcException(
                    MemoryReason.QUOTA_RATE,
                    principal.agent() + " may make " + most + " writes a minute (max_writes_per_minute): try again in "
                            + waitMs + " ms");
        }
    }

    /**
     * Takes that many writes from what the principal has left.
     *
     * @throws RpcException UNAVAILABLE, QUOTA_RATE, and then nothing is taken
     */
    public synchronized void take(Principal principal, int writes) throws RpcException {
        require(principal, writes);
        bucket(principal.agent(), principal.maxWritesPerMinute()).left -= writes;
    }

    /** Returns tokens that were taken for writes which did not happen. */
    public synchronized void giveBack(Principal principal, int writes) {
        Bucket bucket = bucket(principal.agent(), principal.maxWritesPerMinute());
        bucket.left = Math.min((double) principal.maxWritesPerMinute(), bucket.left + writes);
    }

    /** The agent's bucket, refilled up to now. */
    private Bucket bucket(PrincipalName agent, long most) {
        long now = nanoClock.getAsLong();
        Bucket bucket = buckets.get(agent);
        if (bucket == null) {
            bucket = new Bucket();
            bucket.left = most;
            buckets.put(agent, bucket);
        } else {
            bucket.left = Math.min((double) most, bucket.left + (double) (now - bucket.atNanos) * most / MINUTE_NANOS);
        }
        bucket.atNanos = now;
        return bucket;
    }
}
