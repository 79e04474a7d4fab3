package dev.nullbox.ctxgraph.memory;

import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Shared memory as one principal sees it: keys whose values are immutable nodes, in the order of one log.
 *
 * <p>Every method throws {@link RpcException}: DENIED, SCOPE for a key outside the principal's patterns; INVALID_PARAMS
 * with the field; UNAVAILABLE, STORE when the disk fails; UNAVAILABLE, QUOTA_RATE or QUOTA_SPACE when the principal has
 * used up its quota; CONFLICT, QUARANTINED for quarantined content; INTERNAL, DAMAGED for content that does not match
 * its id. Never blocks on another principal's quota.
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
     * @param agent the writer
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
     * @param next where the next part begins; empty at the end
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

    /** Subscription to entries in the order of the log, from any position on. */
    interface Watch extends AutoCloseable {
        /**
         * Waits for entries that the principal may read, tombstones included. For one thread at a time.
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
    List<Written> write(Principal principal, List<Put> puts) throws RpcException;

    /** One write. */
    default Written put(Principal principal, Put put) throws RpcException {
        return write(principal, List.of(put)).getFirst();
    }

    /** Puts a tombstone; NOT_FOUND when the key holds nothing. */
    default Written delete(Principal principal, MemoryKey key) throws RpcException {
        Head head = head(principal, key)
                .orElseThrow(() -> new RpcException(
                        MemoryReason.NOT_FOUND, key + " holds nothing to delete", MemoryContract.KEY.name()));
        return put(principal, Put.tombstone(key, new Put.Seq(head.seq())));
    }

    /** A key's value; empty when it was never written or is deleted. */
    Optional<Entry> get(Principal principal, MemoryKey key) throws RpcException;

    /**
     * One node, tombstones included, with its latest entry in the log; empty also when the principal may not read its
     * key.
     */
    Optional<Entry> node(Principal principal, NodeId id) throws RpcException;

    /** Metadata of a key's value; empty when it was never written or is deleted. */
    Optional<Head> head(Principal principal, MemoryKey key) throws RpcException;

    /**
     * A key's entries, newest first, tombstones included.
     *
     * @param before only entries before this one; {@link Long#MAX_VALUE} for all
     * @param max 1 to 1,000
     */
    Page<Head> history(Principal principal, MemoryKey key, long before, int max) throws RpcException;

    /**
     * The keys that begin with the prefix, hold a value and may be read, in their order.
     *
     * @param after only keys after this one; empty for all
     * @param max 1 to 1,000
     */
    Page<Head> list(Principal principal, String prefix, String after, int max) throws RpcException;

    /** The same with the values, without quarantined and damaged ones. A page ends at about 512 KiB. */
    Page<Entry> entries(Principal principal, String prefix, String after, int max) throws RpcException;

    /** The best current values, best first, without quarantined and damaged ones. */
    List<Hit> search(Principal principal, Query query) throws RpcException;

    /**
     * Subscribes to writes under a prefix.
     *
     * @param after entries after this one; {@link Long#MAX_VALUE} for new ones only
     * @throws RpcException CONFLICT, AHEAD for a number that was not given out yet, as after a restore
     */
    Watch watch(Principal principal, String prefix, long after) throws RpcException;

    /** Ends all watches and closes the store in order. */
    @Override
    void close() throws RpcException;
}
