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
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What can be asked of the tables, without a look at who asks. */
final class Reads {
    private static final String HEAD =
            "keys.key, nodes.id, log.seq, agents.name, runs.run, nodes.kind, length(nodes.content),"
                    + " EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n)";

    private Reads() {}

    /** Stored bytes and the id under which they stand, with their place in the log where they have one. */
    static final class Stored {
        private final NodeId id;
        private final long seq;
        private final byte[] content;

        Stored(NodeId id, long seq, byte[] content) {
            this.id = id;
            this.seq = seq;
            this.content = content;
        }

        NodeId id() {
            return id;
        }

        long seq() {
            return seq;
        }

        byte[] content() {
            return content;
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

    /** A key's head, deleted ones left out. */
    static Optional<Stored> stored(Sql sql, MemoryKey key) throws SQLException {
        return sql.first(
                "SELECT id, seq, content FROM keys JOIN nodes USING (n) WHERE key = ? AND live",
                Reads::stored,
                key.text());
    }

    /** A node with its last place in the log. */
    static Optional<Stored> stored(Sql sql, NodeId id) throws SQLException {
        return sql.first(
                "SELECT id, (SELECT max(seq) FROM log WHERE log.n = nodes.n), content FROM nodes WHERE id = ?",
                Reads::stored,
                id.bytes());
    }

    /** The key of a node: as the log has it, or, for one that was imported without an entry, as its content has it. */
    static Optional<MemoryKey> key(Sql sql, NodeId id) throws SQLException {
        Optional<MemoryKey> logged = sql.first(
                "SELECT key FROM nodes JOIN log USING (n) JOIN keys USING (k) WHERE id = ? LIMIT 1",
                row -> new MemoryKey(row.getString(1)),
                id.bytes());
        return logged.isPresent()
                ? logged
                : stored(sql, id)
                        .filter(Stored::sound)
                        .map(stored -> Node.parse(stored.content()).key());
    }

    static Optional<Memory.Head> head(Sql sql, MemoryKey key) throws SQLException {
        return sql.first(
                "SELECT " + HEAD + " FROM keys JOIN log USING (seq) JOIN nodes ON nodes.n = log.n JOIN runs USING (r)"
                        + " JOIN agents ON agents.a = runs.a WHERE key = ? AND live",
                Reads::head,
                key.text());
    }

    /** A key's entries, newest first. */
    static List<Memory.Head> history(Sql sql, MemoryKey key, long before, int max) throws SQLException {
        return sql.all(
                "SELECT " + HEAD + " FROM keys JOIN log USING (k) JOIN nodes ON nodes.n = log.n JOIN runs USING (r)"
                        + " JOIN agents ON agents.a = runs.a WHERE key = ? AND log.seq < ?"
                        + " ORDER BY log.seq DESC LIMIT ?",
                Reads::head,
                key.text(),
                before,
                max);
    }

    /** Live keys of a range in their order. */
    static List<Memory.Head> list(Sql sql, KeyRanges.Range range, String after, int max) throws SQLException {
        return sql.all(
                "SELECT " + HEAD + " FROM keys JOIN log USING (seq) JOIN nodes ON nodes.n = log.n JOIN runs USING (r)"
                        + " JOIN agents ON agents.a = runs.a WHERE key >= ? AND key < ? AND key > ? AND live"
                        + " ORDER BY key LIMIT ?",
                Reads::head,
                range.from(),
                range.end(),
                after,
                max);
    }

    /**
     * Entries of the log in their order, of keys in the ranges.
     *
     * @param after the first is after this one
     * @param to the last is at most this one
     */
    static List<Memory.Head> log(Sql sql, List<KeyRanges.Range> ranges, long after, long to, int max)
            throws SQLException {
        List<Object> arguments = new ArrayList<>(List.of(after, to));
        for (KeyRanges.Range range : ranges) {
            arguments.add(range.from());
            arguments.add(range.end());
        }
        arguments.add(max);
        // CROSS JOIN: in the order of the log, of which a part is looked at, and not in that of the keys.
        return sql.all(
                "SELECT " + HEAD + " FROM log CROSS JOIN keys USING (k) JOIN nodes ON nodes.n = log.n"
                        + " JOIN runs USING (r) JOIN agents ON agents.a = runs.a WHERE log.seq > ? AND log.seq <= ? AND ("
                        + String.join(" OR ", Collections.nCopies(ranges.size(), "(key >= ? AND key < ?)"))
                        + ") ORDER BY log.seq LIMIT ?",
                Reads::head,
                arguments.toArray());
    }

    static boolean quarantined(Sql sql, NodeId id) throws SQLException {
        return sql.number("SELECT EXISTS (SELECT 1 FROM nodes JOIN quarantined USING (n) WHERE id = ?)", id.bytes())
                != 0;
    }

    /** Live keys of the ranges as one listing, with one more than the page to tell whether there is one. */
    static List<Memory.Head> list(Sql sql, List<KeyRanges.Range> ranges, String after, int max) throws SQLException {
        List<Memory.Head> found = new ArrayList<>();
        for (KeyRanges.Range range : ranges) {
            if (found.size() < max) {
                found.addAll(list(sql, range, after, max - found.size()));
            }
        }
        return found;
    }

    private static Stored stored(ResultSet row) throws SQLException {
        return new Stored(NodeId.ofBytes(row.getBytes(1)), row.getLong(2), row.getBytes(3));
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
