package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Provenance of nodes: a node from its parents, and from all that its writer's run had read before it was
 * written. A node also counts as influenced by its writer and by itself.
 *
 * <p>An instance serves one request, for any number of nodes: each ancestor is visited once, and their total is
 * bounded.
 */
public final class Influence {
    /** Most nodes visited for one request. */
    public static final int MAX_NODES = 20_000;

    /** Most edges between them: parents, and reads of runs. */
    private static final int MAX_WAYS = 100_000;

    /** Approximate heap of all of these. */
    static final long HEAP_COST = 8 << 20;

    private static final int IS_PARENT = 1;
    private static final int IS_WRITE = 2;

    private final List<Source> sources;
    private final Set<Long> sourceAgents = new HashSet<>();
    private final Set<Long> sourceNodes = new HashSet<>();
    private final Map<Long, Vertex> nodes = new HashMap<>();
    private final Map<Long, Run> runs = new HashMap<>();

    /** Queue of vertices whose ancestors are still to be visited. */
    private final Deque<Vertex> left = new ArrayDeque<>();

    private int ways;
    private boolean begun;

    /** Edge, by the numbers of the tables, not by ids. */
    private record Link(long to, int kind, long seq) {}

    /** A node, or what a run had read up to some point, with the edges from it. */
    private static final class Vertex {
        private final long n;
        private final List<Vertex> from = new ArrayList<>(2);
        private boolean influenced;

        Vertex(long n) {
            this.n = n;
        }
    }

    /** Reads of a run in their order, with a vertex for each: all that was read up to it. */
    private static final class Run {
        private final List<Link> reads;
        private final List<Vertex> known = new ArrayList<>();

        Run(List<Link> reads) {
            this.reads = reads;
        }
    }

    private static final class TooManyException extends Exception {
        private static final long serialVersionUID = 1L;
    }

    private Influence(List<Source> sources) {
        this.sources = List.copyOf(sources);
    }

    /** Graph for one request, on one connection, within one transaction or none. */
    static Influence of(List<Source> sources) {
        return new Influence(sources);
    }

    /**
     * Tells whether one of the sources influenced the node. A node that has too many ancestors by itself counts as
     * influenced.
     *
     * @throws RpcException UNAVAILABLE, TOO_MANY when the nodes of the request have too many together
     */
    boolean on(Sql sql, NodeId id) throws SQLException, RpcException {
        try {
            boolean isFirst = !begun;
            try {
                return reaches(sql, id);
            } catch (TooManyException e) {
                if (isFirst) {
                    return true;
                }
                throw e;
            }
        } catch (TooManyException e) {
            throw new RpcException(
                    ErrorKind.UNAVAILABLE,
                    MemoryReason.TOO_MANY,
                    "not_influenced_by: what is asked about has more than " + MAX_NODES
                            + " ancestors: ask for fewer at a time (max), or below a longer prefix",
                    MemoryContract.NOT_INFLUENCED_BY.name());
        }
    }

    /**
     * Refuses a node that one of the sources influenced.
     *
     * @throws RpcException CONFLICT, INFLUENCED
     */
    static void refuse(Sql sql, NodeId id, List<Source> sources) throws SQLException, RpcException {
        if (of(sources).on(sql, id)) {
            throw new RpcException(
                    MemoryReason.INFLUENCED,
                    "node " + id + " is influenced by what not_influenced_by names",
                    MemoryContract.NOT_INFLUENCED_BY.name());
        }
    }

    private boolean reaches(Sql sql, NodeId id) throws SQLException, TooManyException {
        if (sources.isEmpty()) {
            return false;
        }
        if (!begun) {
            begun = true;
            begin(sql);
        }
        long n = number(sql, id);
        if (n == 0) {
            return false;
        }
        Vertex vertex = node(n);
        while (!vertex.influenced && !left.isEmpty()) {
            explore(sql, left.pop());
        }
        return vertex.influenced;
    }

    private void begin(Sql sql) throws SQLException {
        for (Source source : sources) {
            switch (source) {
                case Source.ByAgent(PrincipalName agent) ->
                    sourceAgents.add(sql.number("SELECT a FROM agents WHERE name = ?", agent.text()));
                case Source.ByNode(NodeId node) -> sourceNodes.add(number(sql, node));
            }
        }
    }

    private static long number(Sql sql, NodeId id) throws SQLException {
        return Queries.number(sql, id).orElse(0L);
    }

    private Vertex node(long n) throws TooManyException {
        Vertex known = nodes.get(n);
        if (known == null) {
            if (nodes.size() == MAX_NODES) {
                throw new TooManyException();
            }
            known = new Vertex(n);
            nodes.put(n, known);
            left.push(known);
        }
        return known;
    }

    private void explore(Sql sql, Vertex vertex) throws SQLException, TooManyException {
        if (sourceNodes.contains(vertex.n)
                || sourceAgents.contains(sql.number("SELECT a FROM nodes WHERE n = ?", vertex.n))) {
            influence(vertex);
        }
        List<Link> links = sql.all(
                "SELECT parent, " + IS_PARENT + ", 0 FROM parents WHERE n = ?1 UNION ALL SELECT r, " + IS_WRITE
                        + ", max(seq) FROM (SELECT r, seq FROM log WHERE " + Queries.isOf("?1")
                        + " UNION ALL SELECT r, seq FROM origins"
                        + " WHERE n = ?1) GROUP BY r",
                row -> new Link(row.getLong(1), row.getInt(2), row.getLong(3)),
                vertex.n);
        for (Link link : links) {
            if (link.kind() == IS_PARENT) {
                comesFrom(vertex, node(link.to()));
            } else {
                read(sql, vertex, link.to(), link.seq());
            }
        }
    }

    /** Adds the edge from the node to all that the run had read before. */
    private void read(Sql sql, Vertex vertex, long r, long seq) throws SQLException, TooManyException {
        Run run = runs.get(r);
        if (run == null) {
            run = new Run(sql.all(
                    "SELECT n, seq FROM reads WHERE r = ? ORDER BY seq LIMIT " + (MAX_WAYS - ways + 1),
                    row -> new Link(row.getLong(1), 0, row.getLong(2)),
                    r));
            runs.put(r, run);
            count(run.reads.size());
        }
        // The first that is no earlier than the write.
        int from = 0;
        int to = run.reads.size();
        while (from < to) {
            int middle = (from + to) >>> 1;
            if (run.reads.get(middle).seq() < seq) {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        for (int i = run.known.size(); i < to; i++) {
            Vertex then = new Vertex(0);
            run.known.add(then);
            comesFrom(then, node(run.reads.get(i).to()));
            if (i > 0) {
                comesFrom(then, run.known.get(i - 1));
            }
        }
        if (to > 0) {
            comesFrom(vertex, run.known.get(to - 1));
        }
    }

    private void comesFrom(Vertex vertex, Vertex other) throws TooManyException {
        count(1);
        other.from.add(vertex);
        if (other.influenced) {
            influence(vertex);
        }
    }

    private void count(int more) throws TooManyException {
        ways += more;
        if (ways > MAX_WAYS) {
            throw new TooManyException();
        }
    }

    private static void influence(Vertex source) {
        Deque<Vertex> all = new ArrayDeque<>();
        all.push(source);
        while (!all.isEmpty()) {
            Vertex vertex = all.pop();
            if (!vertex.influenced) {
                vertex.influenced = true;
                all.addAll(vertex.from);
            }
        }
    }
}
