package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;

/** Trace of a node: what it may derive from, or what may derive from it, nearest first. */
public final class Trace {
    private static final int MAX_READS = 50;
    private static final int MAX_WRITES = 20;

    /** Approximate most bytes of the answer. */
    private static final int MAX_ANSWER = 600_000;

    private static final int NODE_BYTES = 400;
    private static final int WRITE_BYTES = 200;
    private static final int ID_BYTES = 67;

    private final Sql sql;
    private final boolean back;
    private final int max;
    private final List<Message> nodes = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private final Queue<Long> next = new ArrayDeque<>();
    private boolean complete = true;
    private int bytes;

    private record Row(long n, NodeId id, Node.Kind kind, String agent, boolean held) {}

    /** Write of a node, here or, with number 0, where it was imported from. */
    private record Write(long seq, long r, long before, String agent, long run, String manifest) {}

    private Trace(Sql sql, boolean back, int max) {
        this.sql = sql;
        this.back = back;
        this.max = max;
    }

    /**
     * The trace as {@link MemoryContract#TRACE} has it.
     *
     * @param back true for the ancestors, false for the descendants
     * @throws RpcException NOT_FOUND
     */
    public static Message of(Sql sql, NodeId id, boolean back, int max) throws SQLException, RpcException {
        long n = sql.first("SELECT n FROM nodes WHERE id = ?", row -> row.getLong(1), id.bytes())
                .orElseThrow(() ->
                        new RpcException(MemoryReason.NOT_FOUND, "there is no node " + id, MemoryContract.ID.name()));
        Trace trace = new Trace(sql, back, max);
        trace.add(n);
        trace.walk();
        return Message.of(MemoryContract.NODES.is(trace.nodes), MemoryContract.COMPLETE.is(trace.complete));
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
                "SELECT id, kind, name, EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n)"
                        + " FROM nodes JOIN agents USING (a) WHERE n = ?",
                at -> new Row(
                        n,
                        NodeId.ofBytes(at.getBytes(1)),
                        Node.Kind.ofCode(at.getInt(2)),
                        at.getString(3),
                        at.getInt(4) != 0),
                n);
    }

    private List<Write> writes(long n) throws SQLException {
        List<Write> writes = sql.all(
                "SELECT seq, r, before, name, run, manifest FROM (SELECT seq, r, seq AS before FROM log WHERE n = ?"
                        + " UNION ALL SELECT 0, r, seq FROM origins WHERE n = ?) JOIN runs USING (r)"
                        + " JOIN agents USING (a) ORDER BY before LIMIT " + (MAX_WRITES + 1),
                at -> new Write(
                        at.getLong(1), at.getLong(2), at.getLong(3), at.getString(4), at.getLong(5), at.getString(6)),
                n,
                n);
        return bounded(writes, MAX_WRITES);
    }

    private <T> List<T> bounded(List<T> all, int most) {
        complete &= all.size() <= most;
        return all.subList(0, Math.min(all.size(), most));
    }

    private Message describe(Row row) throws SQLException {
        List<Long> parents = sql.all("SELECT parent FROM parents WHERE n = ?", at -> at.getLong(1), row.n());
        List<Long> reads = bounded(
                sql.all(
                        "SELECT reads.n FROM log JOIN reads ON reads.r = log.r AND reads.seq < log.seq WHERE log.n = ?"
                                + " UNION SELECT reads.n FROM origins JOIN reads ON reads.r = origins.r"
                                + " AND reads.seq < origins.seq WHERE origins.n = ? LIMIT " + (MAX_READS + 1),
                        at -> at.getLong(1),
                        row.n(),
                        row.n()),
                MAX_READS);
        for (long other : back ? both(parents, reads) : after(row.n())) {
            add(other);
        }
        List<Message> writes = new ArrayList<>();
        Set<String> contacts = new TreeSet<>();
        for (Write write : writes(row.n())) {
            List<String> spoken = sql.all(
                    "SELECT contact FROM contacts WHERE r = ? AND seq < ? ORDER BY contact LIMIT 100",
                    at -> at.getString(1),
                    write.r(),
                    write.before());
            contacts.addAll(spoken);
            bytes += WRITE_BYTES + spoken.size() * ID_BYTES;
            writes.add(Message.of(
                    Fields.SEQ.is(write.seq()),
                    Fields.AGENT.is(write.agent()),
                    Fields.RUN.is(write.run()),
                    MemoryContract.MANIFEST.is(write.manifest()),
                    MemoryContract.CONTACTS.is(spoken)));
        }
        bytes += NODE_BYTES + (parents.size() + reads.size() + contacts.size()) * ID_BYTES;
        Optional<Message> first = writes.stream().findFirst();
        return Message.of(
                MemoryContract.ID.is(row.id().hex()),
                MemoryContract.KEY.is(
                        Queries.key(sql, row.id()).map(MemoryKey::text).orElse("")),
                MemoryContract.KIND.is(row.kind().text()),
                Fields.SEQ.is(first.map(write -> write.get(Fields.SEQ)).orElse(0L)),
                Fields.AGENT.is(row.agent()),
                Fields.RUN.is(first.map(write -> write.get(Fields.RUN)).orElse(0L)),
                MemoryContract.MANIFEST.is(
                        first.map(write -> write.get(MemoryContract.MANIFEST)).orElse("")),
                MemoryContract.WRITES.is(writes),
                MemoryContract.PARENTS.is(ids(parents)),
                MemoryContract.READS.is(ids(reads)),
                MemoryContract.CONTACTS.is(List.copyOf(contacts)),
                MemoryContract.QUARANTINED.is(row.held()));
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

    private List<String> ids(List<Long> ns) throws SQLException {
        List<String> ids = new ArrayList<>();
        for (long n : ns) {
            sql.first("SELECT id FROM nodes WHERE n = ?", at -> NodeId.ofBytes(at.getBytes(1)), n)
                    .ifPresent(id -> ids.add(id.hex()));
        }
        return ids;
    }
}
