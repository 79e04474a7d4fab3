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
    private Queries() {}

    /** Stored bytes and the id under which they are stored, with their entry in the log where they have one. */
    static final class Stored {
        final NodeId id;
        final long seq;
        final byte[] content;

        Stored(NodeId id, long seq, byte[] content) {
            this.id = id;
            this.seq = seq;
            this.content = content;
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
                "SELECT id, seq, content FROM keys JOIN nodes USING (n) WHERE key = ? AND live",
                Queries::stored,
                key.text());
    }

    /** A node with its latest entry in the log. */
    static Optional<Stored> stored(Sql sql, NodeId id) throws SQLException {
        return sql.first(
                "SELECT id, (SELECT max(seq) FROM log WHERE log.n = nodes.n), content FROM nodes WHERE id = ?",
                Queries::stored,
                id.bytes());
    }

    /** The key of a node, from the log, or from its content for one that was imported without an entry. */
    static Optional<MemoryKey> key(Sql sql, NodeId id) throws SQLException {
        Optional<MemoryKey> logged = sql.first(
                "SELECT key FROM nodes JOIN log USING (n) JOIN keys USING (k) WHERE id = ? LIMIT 1",
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

    /** A key's entries, newest first. */
    static List<Memory.Head> history(Sql sql, MemoryKey key, long before, int max) throws SQLException {
        return heads(
                sql,
                "keys JOIN log USING (k)",
                "key = ? AND log.seq < ? ORDER BY log.seq DESC LIMIT ?",
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
        return sql.all(
                "SELECT keys.key, nodes.id, log.seq, agents.name, runs.run, nodes.kind, length(nodes.content),"
                        + " EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n) FROM " + from
                        + " JOIN nodes ON nodes.n = log.n JOIN runs USING (r) JOIN agents ON agents.a = runs.a WHERE "
                        + where,
                Queries::head,
                arguments);
    }

    static boolean quarantined(Sql sql, NodeId id) throws SQLException {
        return sql.number("SELECT EXISTS (SELECT 1 FROM nodes JOIN quarantined USING (n) WHERE id = ?)", id.bytes())
                != 0;
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
