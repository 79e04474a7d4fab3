package dev.nullbox.ctxgraph.memory;

import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Shared memory as one actor sees it: keys whose values are immutable nodes, in the order of one log.
 *
 * <p>Every method throws {@link RpcException}: DENIED, SCOPE for a key outside the actor's patterns; INVALID_PARAMS
 * with the field; UNAVAILABLE, STORE when the disk fails; UNAVAILABLE, QUOTA_RATE or QUOTA_SPACE when the actor has used
 * up what it may; CONFLICT, QUARANTINED for content that is held back; INTERNAL, DAMAGED for content that does not match
 * its id. Never blocks on another actor's quota.
 */
public interface Memory extends AutoCloseable {
    /**
     * A node at its place in the log.
     *
     * @param seq the write; grows over all keys and is never used twice
     */
    record Entry(NodeId id, long seq, Node node) {}

    /** A write that is on disk. */
    record Written(NodeId id, long seq) {}

    /**
     * A key's entry without its content.
     *
     * @param agent who wrote it
     * @param bytes of the node's canonical encoding
     * @param quarantined whether reading it is refused
     */
    record Head(
            MemoryKey key,
            NodeId id,
            long seq,
            PrincipalName agent,
            long run,
            Node.Kind kind,
            long bytes,
            boolean quarantined) {}

    /**
     * A part of a listing.
     *
     * @param next where to go on; empty at the end
     */
    record Page<T>(List<T> items, Optional<String> next) {
        public Page {
            items = List.copyOf(items);
        }
    }

    /**
     * Hit of a search.
     *
     * @param score the greater the better: minus BM25, or the cosine
     * @param snippet the text around the words, each in {@code [brackets]}; the text's beginning for a vector
     */
    record Hit(MemoryKey key, NodeId id, long seq, double score, String snippet) {}

    /** A subscription: entries in the order of the log, from any place in it on. */
    interface Watch extends AutoCloseable {
        /**
         * Waits for entries that the actor may read, tombstones included. Not for two threads at once.
         *
         * @return up to 100; none when the wait is over or the watch was closed
         */
        List<Head> next(Duration wait) throws RpcException;

        /** The last sequence number that {@link #next} has looked at: a later watch goes on from it without a gap. */
        long position();

        /** Ends a {@link #next} that waits. */
        @Override
        void close();
    }

    /**
     * Writes all or none, on disk when this returns; each has its own sequence number, in this order.
     *
     * @throws RpcException also CONFLICT, HEAD when a condition is not met
     */
    List<Written> write(Principal actor, List<Put> puts) throws RpcException;

    /** One write. */
    default Written put(Principal actor, Put put) throws RpcException {
        return write(actor, List.of(put)).getFirst();
    }

    /** Puts a tombstone; NOT_FOUND when the key holds nothing. */
    default Written delete(Principal actor, MemoryKey key) throws RpcException {
        Head head = head(actor, key)
                .orElseThrow(() -> new RpcException(
                        MemoryReason.NOT_FOUND, key + " holds nothing to delete", MemoryContract.KEY.name()));
        return put(actor, Put.tombstone(key, new Put.Seq(head.seq())));
    }

    /** A key's value; empty when it was never written or is deleted. */
    Optional<Entry> get(Principal actor, MemoryKey key) throws RpcException;

    /** One node, tombstones included, with its last place in the log; empty also when the actor may not read its key. */
    Optional<Entry> node(Principal actor, NodeId id) throws RpcException;

    /** What a key's value is, without it; empty when it was never written or is deleted. */
    Optional<Head> head(Principal actor, MemoryKey key) throws RpcException;

    /**
     * A key's entries, newest first, tombstones included.
     *
     * @param before only entries before this one; {@link Long#MAX_VALUE} for all
     * @param max 1 to 1,000
     */
    Page<Head> history(Principal actor, MemoryKey key, long before, int max) throws RpcException;

    /**
     * The keys that begin with the prefix, hold a value and may be read, in their order.
     *
     * @param after only keys after this one; empty for all
     * @param max 1 to 1,000
     */
    Page<Head> list(Principal actor, String prefix, String after, int max) throws RpcException;

    /** The same with the values; what is quarantined or damaged is left out. A page ends at about 512 KiB. */
    Page<Entry> entries(Principal actor, String prefix, String after, int max) throws RpcException;

    /** The best current values, best first; what is quarantined or damaged is left out. */
    List<Hit> search(Principal actor, Query query) throws RpcException;

    /**
     * Subscribes to writes under a prefix.
     *
     * @param after entries after this one; {@link Long#MAX_VALUE} for new ones only
     * @throws RpcException CONFLICT, AHEAD for one that was not written yet, as after a restore
     */
    Watch watch(Principal actor, String prefix, long after) throws RpcException;

    /** Ends all watches and closes the store in order. */
    @Override
    void close() throws RpcException;
}
