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

/**
 * Provenance of a node: its ancestors or its descendants, nearest first. A node's ancestors are all that it may derive
 * from: its parents, each node that a run which wrote it had read before, under any key, and the ancestors of these.
 */
public final class Trace {
    private static final int MAX_READS = 50;
    private static final int MAX_WRITES = 20;

    /** Contacts given of one write; those beyond are left out without a sign. */
    private static final int MAX_CONTACTS = 100;

    /**
     * Bytes of the answer, as estimated, after which no node is added. One more, with all its lists at their limits,
     * takes less than 300,000; a message has 1 MiB at most.
     */
    private static final int MAX_ANSWER_BYTES = 600_000;

    /** Estimate of a node in the answer, in JSON, without its ids, contacts and writes. */
    private static final int NODE_BYTES = 400;

    /** Estimate of a write without its contacts. */
    private static final int WRITE_BYTES = 200;

    /** An id in a list: 64 digits, quotes, comma. A contact is counted as one. */
    private static final int ID_BYTES = 67;

    private final Sql sql;
    private final boolean ancestors;
    private final int max;
    private final List<Message> nodes = new ArrayList<>();
    private final Set<Long> seen = new HashSet<>();
    private final Queue<Long> next = new ArrayDeque<>();
    private boolean complete = true;
    private int bytes;

    /** Row of {@code nodes}: {@code n} is its number in the tables, {@code agent} its writer. */
    private record Row(long n, NodeId id, Node.Kind kind, String agent, boolean quarantined) {}

    /**
     * Write of a node in this store, or in the store that it was imported from.
     *
     * @param seq its number in this store's log; 0 when imported without an entry there
     * @param r the writing run's number in the tables
     * @param before position in this store's log: the run's reads and contacts before it precede the write
     * @param run the run's number for its agent
     */
    private record Write(long seq, long r, long before, String agent, long run, String manifest) {}

    private Trace(Sql sql, boolean ancestors, int max) {
        this.sql = sql;
        this.ancestors = ancestors;
        this.max = max;
    }

    /**
     * The result of {@link MemoryContract#TRACE}: the node itself, then its ancestors or descendants, nearest first,
     * each with its key, writes, parents and reads; and whether that is complete, no limit having left anything out.
     *
     * @param ancestors true for the ancestors, false for the descendants
     * @param max most nodes
     * @throws RpcException NOT_FOUND when no node has the id
     */
    public static Message of(Sql sql, NodeId id, boolean ancestors, int max) throws SQLException, RpcException {
        long n = Queries.number(sql, id)
                .orElseThrow(() ->
                        new RpcException(MemoryReason.NOT_FOUND, "there is no node " + id, MemoryContract.ID.name()));
        Trace trace = new Trace(sql, ancestors, max);
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
            if (nodes.size() == max || bytes > MAX_ANSWER_BYTES) {
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
                "SELECT seq, r, before, name, run, manifest FROM (SELECT seq, r, seq AS before FROM log WHERE "
                        + Queries.isOf("?1")
                        + " UNION ALL SELECT 0, r, seq FROM origins WHERE n = ?1) JOIN runs USING (r)"
                        + " JOIN agents USING (a) ORDER BY before LIMIT " + (MAX_WRITES + 1),
                at -> new Write(
                        at.getLong(1), at.getLong(2), at.getLong(3), at.getString(4), at.getLong(5), at.getString(6)),
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
                        "SELECT reads.n FROM log CROSS JOIN reads ON reads.r = log.r AND reads.seq < log.seq WHERE "
                                + Queries.isOf("?1")
                                + " UNION SELECT reads.n FROM origins JOIN reads ON reads.r = origins.r"
                                + " AND reads.seq < origins.seq WHERE origins.n = ?1 LIMIT " + (MAX_READS + 1),
                        at -> at.getLong(1),
                        row.n()),
                MAX_READS);
        for (long other : ancestors ? concat(parents, reads) : descendants(row.n())) {
            add(other);
        }
        List<Message> writes = new ArrayList<>();
        Set<String> contacts = new TreeSet<>();
        for (Write write : writes(row.n())) {
            // Hosts that the writing run had contacted before the write.
            List<String> contacted = sql.all(
                    "SELECT contact FROM contacts WHERE r = ? AND seq < ? ORDER BY contact LIMIT " + MAX_CONTACTS,
                    at -> at.getString(1),
                    write.r(),
                    write.before());
            contacts.addAll(contacted);
            bytes += WRITE_BYTES + contacted.size() * ID_BYTES;
            writes.add(Message.of(
                    Fields.SEQ.is(write.seq()),
                    Fields.AGENT.is(write.agent()),
                    Fields.RUN.is(write.run()),
                    MemoryContract.MANIFEST.is(write.manifest()),
                    MemoryContract.CONTACTS.is(contacted)));
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
                MemoryContract.QUARANTINED.is(row.quarantined()));
    }

    /** The nearest descendants: children, and nodes that a run wrote, here or before an import, after it had read the node. */
    private List<Long> descendants(long n) throws SQLException {
        List<Long> children =
                sql.all("SELECT n FROM parents WHERE parent = ? LIMIT " + (max + 1), at -> at.getLong(1), n);
        List<Long> written = sql.all(
                "SELECT log.n FROM reads" + Queries.WRITTEN_AFTER_READS
                        + " WHERE reads.n = ?1 UNION SELECT origins.n FROM reads JOIN origins ON origins.r = reads.r"
                        + " AND origins.seq > reads.seq WHERE reads.n = ?1 LIMIT " + (max + 1),
                at -> at.getLong(1),
                n);
        complete &= children.size() <= max && written.size() <= max;
        return concat(children, written);
    }

    private static List<Long> concat(List<Long> some, List<Long> others) {
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
