package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Queries of the tables, without regard to the principal. */
final class Queries {
    /** Condition that a node has the id that is the statement's first argument; by the index of {@link Schema}. */
    static final String HAS_ID = "nodes.id = ?1 AND substr(nodes.id, 1, 8) = substr(?1, 1, 8)";

    private Queries() {}

    /** Whether a row's node is in a quarantine. */
    private static final String QUARANTINED = "EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n)";

    /** Writes of a run are found by blocks of so many numbers. */
    static final int BLOCK_BITS = 8;

    /**
     * Join of the reads with what the same runs wrote after them, as {@code log}: block by block, since an index entry for
     * each write would be one more page to be written with it.
     */
    static final String WRITTEN_AFTER_READS = " CROSS JOIN run_blocks ON run_blocks.r = reads.r"
            + " AND run_blocks.block >= (reads.seq >> " + BLOCK_BITS + ") CROSS JOIN log ON log.seq > reads.seq"
            + " AND log.seq >= (run_blocks.block << " + BLOCK_BITS + ")"
            + " AND log.seq < ((run_blocks.block + 1) << " + BLOCK_BITS + ") AND +log.r = reads.r";

    /** Condition that an entry of the log has a node: its first one has its number, the others are in an index. */
    static String isOf(String n) {
        return "((log.seq = " + n + " AND log.n = " + n + ") OR (log.n = " + n + " AND log.n <> log.seq))";
    }

    /** The number of a node in the tables. */
    static Optional<Long> number(Sql sql, NodeId id) throws SQLException {
        return sql.first("SELECT n FROM nodes WHERE " + HAS_ID, row -> row.getLong(1), id.bytes());
    }

    /** Stored bytes and the id under which they are stored, with their entry in the log where they have one. */
    static final class Stored {
        final NodeId id;
        final long seq;
        final byte[] content;
        final boolean quarantined;

        Stored(NodeId id, long seq, byte[] content) {
            this(id, seq, content, false);
        }

        Stored(NodeId id, long seq, byte[] content, boolean quarantined) {
            this.id = id;
            this.seq = seq;
            this.content = content;
            this.quarantined = quarantined;
        }

        /**
         * The node, checked against its id.
         *
         * @throws RpcException INTERNAL, DAMAGED
         */
        Memory.Entry checked() throws RpcException {
            if (!sound()) {
                throw new RpcException(
                        MemoryReason.DAMAGED, "node " + id + " is damaged: its content has another SHA-256");
            }
            return new Memory.Entry(id, seq, Node.parse(content));
        }

        boolean sound() {
            return NodeId.of(content).equals(id);
        }
    }

    /** A key's head; empty for a deleted one. */
    static Optional<Stored> stored(Sql sql, MemoryKey key) throws SQLException {
        return sql.first(
                "SELECT id, seq, content, " + QUARANTINED + " FROM keys JOIN nodes USING (n) WHERE key = ? AND live",
                Queries::stored,
                key.text());
    }

    /** A node with its latest entry in the log. */
    static Optional<Stored> stored(Sql sql, NodeId id) throws SQLException {
        return sql.first(
                "SELECT id, (SELECT max(seq) FROM log WHERE " + isOf("nodes.n") + "), content, " + QUARANTINED
                        + " FROM nodes WHERE " + HAS_ID,
                Queries::stored,
                id.bytes());
    }

    /** A node and its key, from the log, or from its content for one that was imported without an entry. */
    record Keyed(Stored stored, Optional<MemoryKey> key) {}

    /** A node with its latest entry in the log and its key; there is none for a damaged one that has no entry. */
    static Optional<Keyed> keyed(Sql sql, NodeId id) throws SQLException {
        return sql.first(
                "SELECT id, (SELECT max(seq) FROM log WHERE " + isOf("nodes.n") + "), content, " + QUARANTINED
                        + ", (SELECT key FROM log CROSS JOIN keys USING (k) WHERE " + isOf("nodes.n")
                        + " LIMIT 1) FROM nodes WHERE "
                        + HAS_ID,
                row -> {
                    Stored stored = stored(row);
                    Optional<String> logged = Optional.ofNullable(row.getString(5));
                    return new Keyed(
                            stored,
                            logged.map(MemoryKey::new)
                                    .or(() -> stored.sound()
                                            ? Optional.of(
                                                    Node.parse(stored.content).key())
                                            : Optional.empty()));
                },
                id.bytes());
    }

    /** The key of a node, from the log, or from its content for one that was imported without an entry. */
    static Optional<MemoryKey> key(Sql sql, NodeId id) throws SQLException {
        Optional<MemoryKey> logged = sql.first(
                "SELECT key FROM nodes CROSS JOIN log ON " + isOf("nodes.n") + " CROSS JOIN keys USING (k) WHERE "
                        + HAS_ID + " LIMIT 1",
                row -> new MemoryKey(row.getString(1)),
                id.bytes());
        return logged.isPresent()
                ? logged
                : stored(sql, id)
                        .filter(Stored::sound)
                        .map(stored -> Node.parse(stored.content).key());
    }

    static Optional<Memory.Head> head(Sql sql, MemoryKey key) throws SQLException {
        return heads(sql, "keys JOIN log USING (seq)", "key = ? AND live", key.text()).stream()
                .findFirst();
    }

    /**
     * Query of a key's entries in the log, newest first, as a table {@code entries}; its argument is the key. They are
     * walked one after the other, as far as the statement reads them.
     */
    static final String ENTRIES = entries("SELECT seq FROM keys WHERE key = ?1");

    /** The same from some entries on; 0 is no entry. */
    static String entries(String last) {
        return "WITH RECURSIVE entries (seq) AS (" + last
                + " UNION ALL SELECT prev FROM entries JOIN log USING (seq) WHERE prev > 0)";
    }

    /** A key's entries, newest first. */
    static List<Memory.Head> history(Sql sql, MemoryKey key, long before, int max) throws SQLException {
        // The next page begins at the last entry of the one before; any other number is searched from the head on.
        String last = "SELECT coalesce((SELECT prev FROM log JOIN keys USING (k) WHERE log.seq = ?2 AND key = ?1),"
                + " (SELECT seq FROM keys WHERE key = ?1))";
        return headsWith(
                entries(last),
                sql,
                "entries CROSS JOIN log USING (seq) CROSS JOIN keys USING (k)",
                "log.seq < ?2 LIMIT ?3",
                key.text(),
                before,
                max);
    }

    /**
     * Entries of the log in their order, of keys in the ranges.
     *
     * @param after only entries after this one
     * @param to only entries up to this one
     */
    static List<Memory.Head> log(Sql sql, List<KeyRanges.Range> ranges, long after, long to, int max)
            throws SQLException {
        List<Object> arguments = new ArrayList<>(List.of(after, to));
        for (KeyRanges.Range range : ranges) {
            arguments.addAll(List.of(range.from(), range.end()));
        }
        arguments.add(max);
        // CROSS JOIN keeps to the order of the log, of which a part is scanned, instead of that of the keys.
        return heads(
                sql,
                "log CROSS JOIN keys USING (k)",
                "log.seq > ? AND log.seq <= ? AND (" + KeyRanges.condition(ranges) + ") ORDER BY log.seq LIMIT ?",
                arguments.toArray());
    }

    /** Live keys of the ranges as one listing, in their order. */
    static List<Memory.Head> list(Sql sql, List<KeyRanges.Range> ranges, String after, int max) throws SQLException {
        List<Memory.Head> found = new ArrayList<>();
        for (KeyRanges.Range range : ranges) {
            if (found.size() < max) {
                found.addAll(heads(
                        sql,
                        "keys JOIN log USING (seq)",
                        "key >= ? AND key < ? AND key > ? AND live ORDER BY key LIMIT ?",
                        range.from(),
                        range.end(),
                        after,
                        max - found.size()));
            }
        }
        return found;
    }

    private static List<Memory.Head> heads(Sql sql, String from, String where, Object... arguments)
            throws SQLException {
        return headsWith("", sql, from, where, arguments);
    }

    private static List<Memory.Head> headsWith(String with, Sql sql, String from, String where, Object... arguments)
            throws SQLException {
        return sql.all(
                with + " SELECT keys.key, nodes.id, log.seq, agents.name, runs.run, nodes.kind, length(nodes.content),"
                        + " " + QUARANTINED + " FROM " + from
                        + " CROSS JOIN nodes ON nodes.n = log.n CROSS JOIN runs USING (r)"
                        + " CROSS JOIN agents ON agents.a = runs.a WHERE "
                        + where,
                Queries::head,
                arguments);
    }

    static boolean quarantined(Sql sql, NodeId id) throws SQLException {
        return sql.number(
                        "SELECT EXISTS (SELECT 1 FROM nodes JOIN quarantined USING (n) WHERE " + HAS_ID + ")",
                        id.bytes())
                != 0;
    }

    private static Stored stored(ResultSet row) throws SQLException {
        return new Stored(NodeId.ofBytes(row.getBytes(1)), row.getLong(2), row.getBytes(3), row.getInt(4) != 0);
    }

    private static Memory.Head head(ResultSet row) throws SQLException {
        return new Memory.Head(
                new MemoryKey(row.getString(1)),
                NodeId.ofBytes(row.getBytes(2)),
                row.getLong(3),
                new PrincipalName(row.getString(4)),
                row.getLong(5),
                Node.Kind.ofCode(row.getInt(6)),
                row.getLong(7),
                row.getInt(8) != 0);
    }
}
