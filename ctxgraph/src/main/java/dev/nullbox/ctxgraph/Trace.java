package dev.nullbox.ctxgraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/** The way of a node: what it may have come from, or what may have come from it, nearest first. */
final class Trace {
    private static final int MAX_READS = 50;

    /** Bytes of the answer, by and large. */
    private static final int MAX_ANSWER = 600_000;

    private static final int NODE_BYTES = 400;
    private static final int ID_BYTES = 67;

    private final Sql sql;
    private final boolean back;
    private final int max;
    private final JsonArray nodes = new JsonArray();
    private final Set<Long> seen = new HashSet<>();
    private final Queue<Long> next = new ArrayDeque<>();
    private boolean complete = true;
    private int bytes;

    private record Row(
            long n,
            NodeId id,
            String key,
            Node.Kind kind,
            long seq,
            long r,
            String agent,
            long run,
            String manifest,
            boolean held) {}

    private Trace(Sql sql, boolean back, int max) {
        this.sql = sql;
        this.back = back;
        this.max = max;
    }

    /**
     * The trace as {@link MemoryMethods} tells it.
     *
     * @param back to the ancestors, else to the descendants
     * @throws RpcException NOT_FOUND
     */
    static JsonObject of(Sql sql, NodeId id, boolean back, int max) throws SQLException, RpcException {
        long n = sql.first("SELECT n FROM nodes WHERE id = ?", row -> row.getLong(1), id.bytes())
                .orElseThrow(() ->
                        new RpcException(RpcException.Code.NOT_FOUND, "NOT_FOUND", "there is no node " + id, "id"));
        Trace trace = new Trace(sql, back, max);
        trace.add(n);
        trace.walk();
        JsonObject result = new JsonObject();
        result.add("nodes", trace.nodes);
        result.addProperty("complete", trace.complete);
        return result;
    }

    private void add(long n) {
        if (seen.add(n)) {
            next.add(n);
        }
    }

    private void walk() throws SQLException {
        while (!next.isEmpty()) {
            if (nodes.size() == max || bytes > MAX_ANSWER) {
                complete = false;
                return;
            }
            Optional<Row> row = row(next.remove());
            if (row.isPresent()) {
                nodes.add(describe(row.get()));
            }
        }
    }

    private Optional<Row> row(long n) throws SQLException {
        return sql.first(
                "SELECT nodes.id, keys.key, nodes.kind, log.seq, log.r, agents.name, runs.run, runs.manifest,"
                        + " EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n)"
                        + " FROM nodes JOIN log ON log.n = nodes.n JOIN keys USING (k) JOIN runs USING (r)"
                        + " JOIN agents ON agents.a = runs.a WHERE nodes.n = ? ORDER BY log.seq LIMIT 1",
                at -> new Row(
                        n,
                        NodeId.ofBytes(at.getBytes(1)),
                        at.getString(2),
                        Node.Kind.ofCode(at.getInt(3)),
                        at.getLong(4),
                        at.getLong(5),
                        at.getString(6),
                        at.getLong(7),
                        at.getString(8),
                        at.getInt(9) != 0),
                n);
    }

    private JsonObject describe(Row row) throws SQLException {
        List<Long> parents = sql.all("SELECT parent FROM parents WHERE n = ?", at -> at.getLong(1), row.n());
        List<Long> reads = sql.all(
                "SELECT DISTINCT reads.n FROM log JOIN reads ON reads.r = log.r AND reads.seq < log.seq"
                        + " WHERE log.n = ? LIMIT " + (MAX_READS + 1),
                at -> at.getLong(1),
                row.n());
        if (reads.size() > MAX_READS) {
            complete = false;
            reads = reads.subList(0, MAX_READS);
        }
        for (long other : back ? both(parents, reads) : after(row.n())) {
            add(other);
        }
        JsonArray contacts = new JsonArray();
        sql.each(
                "SELECT contact FROM contacts WHERE r = ? AND seq < ? ORDER BY contact LIMIT 100",
                at -> {
                    contacts.add(at.getString(1));
                    return true;
                },
                row.r(),
                row.seq());
        bytes += NODE_BYTES + (parents.size() + reads.size()) * ID_BYTES + contacts.size() * ID_BYTES;
        JsonObject node = new JsonObject();
        node.addProperty("id", row.id().hex());
        node.addProperty("key", row.key());
        node.addProperty("kind", row.kind().text());
        node.addProperty("seq", row.seq());
        node.addProperty("agent", row.agent());
        node.addProperty("run", row.run());
        node.addProperty("manifest", row.manifest());
        node.add("parents", ids(parents));
        node.add("reads", ids(reads));
        node.add("contacts", contacts);
        node.addProperty("quarantined", row.held());
        return node;
    }

    private List<Long> after(long n) throws SQLException {
        List<Long> children =
                sql.all("SELECT n FROM parents WHERE parent = ? LIMIT " + (max + 1), at -> at.getLong(1), n);
        List<Long> written = sql.all(
                "SELECT DISTINCT log.n FROM reads JOIN log ON log.r = reads.r AND log.seq > reads.seq"
                        + " WHERE reads.n = ? LIMIT " + (max + 1),
                at -> at.getLong(1),
                n);
        complete &= children.size() <= max && written.size() <= max;
        return both(children, written);
    }

    private static List<Long> both(List<Long> some, List<Long> others) {
        List<Long> all = new ArrayList<>(some);
        all.addAll(others);
        return all;
    }

    private JsonArray ids(List<Long> ns) throws SQLException {
        JsonArray ids = new JsonArray();
        for (long n : ns) {
            sql.first("SELECT id FROM nodes WHERE n = ?", at -> NodeId.ofBytes(at.getBytes(1)), n)
                    .ifPresent(id -> ids.add(id.hex()));
        }
        return ids;
    }
}
