package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Quarantines of nodes: all that a source influenced when the quarantine was put, and all that derives from it until
 * the release. A source that is an agent includes what that agent writes meanwhile.
 */
public final class Quarantines {
    private Quarantines() {}

    /**
     * Refuses a node that is held back.
     *
     * @throws RpcException CONFLICT, QUARANTINED
     */
    static void refuse(Sql sql, NodeId id) throws SQLException, RpcException {
        Optional<String> held = sql.first(
                "SELECT q, source FROM nodes JOIN quarantined USING (n) JOIN quarantines USING (q) WHERE "
                        + Queries.HAS_ID + " LIMIT 1",
                row -> "node " + id + " is in quarantine " + row.getLong(1) + ": influenced by " + row.getString(2),
                id.bytes());
        if (held.isPresent()) {
            throw new RpcException(MemoryReason.QUARANTINED, held.get());
        }
    }

    private static final String DESCENDANTS = "WITH RECURSIVE came (n) AS (SELECT n FROM nodes WHERE %SEED"
            + " UNION SELECT parents.n FROM came JOIN parents ON parents.parent = came.n"
            + " UNION SELECT log.n FROM came CROSS JOIN reads ON reads.n = came.n"
            + Queries.WRITTEN_AFTER_READS
            + " UNION SELECT origins.n FROM came JOIN reads ON reads.n = came.n"
            + " JOIN origins ON origins.r = reads.r AND origins.seq > reads.seq)";

    /** Prefix of the source of an imported quarantine, so that it matches no agent's later writes. */
    private static final String IMPORTED = "import:";

    /** Number of a quarantine, and of the nodes in it. */
    public record Held(long quarantine, long nodes) {}

    /**
     * Quarantines all that a source influenced.
     *
     * @throws RpcException NOT_FOUND when the source is unknown
     */
    public static Held put(WriteTransaction writes, Source source, String reason) throws SQLException, RpcException {
        Sql sql = writes.sql();
        String name = nameOf(source);
        long known = switch (source) {
            case Source.ByAgent(PrincipalName agent) ->
                sql.number("SELECT count(*) FROM agents WHERE name = ?", agent.text());
            case Source.ByNode(NodeId id) -> Queries.number(sql, id).orElse(0L);
        };
        if (known == 0) {
            throw new RpcException(
                    MemoryReason.NOT_FOUND, "nothing is known of " + name, MemoryContract.INFLUENCED_BY.name());
        }
        sql.update("INSERT INTO quarantines (source, reason, seq) VALUES (?, ?, ?)", name, reason, writes.lastSeq());
        long q = sql.number("SELECT max(q) FROM quarantines");
        int nodes = switch (source) {
            case Source.ByAgent(PrincipalName agent) ->
                sql.update(hold("a = (SELECT a FROM agents WHERE name = ?1)"), agent.text(), q);
            case Source.ByNode(NodeId id) -> sql.update(hold(Queries.HAS_ID), id.bytes(), q);
        };
        writes.quarantinesAre(true);
        return new Held(q, nodes);
    }

    private static String hold(String seed) {
        return DESCENDANTS.replace("%SEED", seed) + " INSERT INTO quarantined (n, q) SELECT n, ?2 FROM came";
    }

    /**
     * Releases the nodes that only this quarantine holds, and returns how many it held.
     *
     * @throws RpcException NOT_FOUND
     */
    public static int release(WriteTransaction writes, long q) throws SQLException, RpcException {
        Sql sql = writes.sql();
        if (sql.number("SELECT count(*) FROM quarantines WHERE q = ?", q) == 0) {
            throw new RpcException(
                    MemoryReason.NOT_FOUND, "there is no quarantine " + q, MemoryContract.QUARANTINE.name());
        }
        int nodes = sql.update("DELETE FROM quarantined WHERE q = ?", q);
        sql.update("DELETE FROM quarantines WHERE q = ?", q);
        writes.quarantinesAre(sql.number("SELECT count(*) FROM quarantines") > 0);
        return nodes;
    }

    /**
     * Quarantines an imported node as it was where it comes from, until the release here.
     *
     * @param source as {@link #put} had it there
     */
    static void putImported(WriteTransaction writes, long n, String source) throws SQLException {
        String name = IMPORTED + nameOf(requireSource(source));
        Sql sql = writes.sql();
        sql.update(
                "INSERT INTO quarantines (source, reason, seq) SELECT ?, 'quarantined where it was exported', ?"
                        + " WHERE NOT EXISTS (SELECT 1 FROM quarantines WHERE source = ?)",
                name,
                writes.lastSeq(),
                name);
        sql.update("INSERT OR IGNORE INTO quarantined (n, q) SELECT ?, q FROM quarantines WHERE source = ?", n, name);
        writes.quarantinesAre(true);
    }

    /**
     * The source of an exported quarantine.
     *
     * @throws IllegalArgumentException when it can be no quarantine's source
     */
    public static Source requireSource(String source) {
        return Source.parse(source.startsWith(IMPORTED) ? source.substring(IMPORTED.length()) : source);
    }

    private static String nameOf(Source source) {
        return switch (source) {
            case Source.ByAgent(PrincipalName agent) -> agent.text();
            case Source.ByNode(NodeId id) -> id.hex();
        };
    }

    /** Has a new node inherit the quarantines of what its run has read, of its parents and of its agent. */
    static void inherit(Sql sql, long n, long r, PrincipalName agent) throws SQLException {
        sql.update(
                "INSERT OR IGNORE INTO quarantined (n, q) SELECT ?, q FROM reads JOIN quarantined USING (n) WHERE r ="
                        + " ?",
                n,
                r);
        inherit(sql, n, agent);
    }

    /** Has a new node inherit the quarantines of its parents and of its agent. */
    static void inherit(Sql sql, long n, PrincipalName agent) throws SQLException {
        sql.update(
                "INSERT OR IGNORE INTO quarantined (n, q)"
                        + " SELECT ?, q FROM parents JOIN quarantined ON quarantined.n = parent WHERE parents.n = ?",
                n,
                n);
        sql.update(
                "INSERT OR IGNORE INTO quarantined (n, q) SELECT ?, q FROM quarantines WHERE source = ?",
                n,
                agent.text());
    }
}
