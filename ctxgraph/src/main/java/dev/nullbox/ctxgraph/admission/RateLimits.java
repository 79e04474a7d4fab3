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
 * Writes in a minute, for each agent: a full minute's worth at once, then as many as flow in again. Lives as long as the
 * process; an agent that starts anew finds what it left.
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
     * Refuses what {@link #take} would, and takes nothing: before there is work done for a write.
     *
     * @throws RpcException UNAVAILABLE, QUOTA_RATE
     */
    public synchronized void require(Principal actor, int writes) throws RpcException {
        long most = actor.maxWritesPerMinute();
        Bucket bucket = bucket(actor.agent(), most);
        if (bucket.left < writes) {
            long waitMs = most == 0
                    ? TimeUnit.MINUTES.toMillis(1)
                    : (long) Math.ceil((writes - bucket.left) * TimeUnit.MINUTES.toMillis(1) / most);
            throw new RpcException(
                    MemoryReason.QUOTA_RATE,
                    actor.agent() + " may make " + most + " writes a minute (max_writes_per_minute): try again in "
                            + waitMs + " ms");
        }
    }

    /**
     * Takes that many writes from what the actor has left.
     *
     * @throws RpcException UNAVAILABLE, QUOTA_RATE, and then nothing is taken
     */
    public synchronized void take(Principal actor, int writes) throws RpcException {
        require(actor, writes);
        bucket(actor.agent(), actor.maxWritesPerMinute()).left -= writes;
    }

    /** Gives back what writes took that were not made. */
    public synchronized void giveBack(Principal actor, int writes) {
        Bucket bucket = bucket(actor.agent(), actor.maxWritesPerMinute());
        bucket.left = Math.min((double) actor.maxWritesPerMinute(), bucket.left + writes);
    }

    /** What the agent has left now. */
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
