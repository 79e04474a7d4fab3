package dev.nullbox.ctxgraph;

import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.Optional;

/**
 * Nodes that are held back: all that a source influenced when the quarantine was put, and whatever comes from it until
 * the release. A source that is an agent holds back what that agent writes meanwhile too.
 */
final class Quarantines {
    private Quarantines() {}

    /**
     * Refuses a node that is held back.
     *
     * @throws RpcException CONFLICT, QUARANTINED
     */
    static void refuse(Sql sql, NodeId id) throws SQLException, RpcException {
        Optional<String> held = sql.first(
                "SELECT q, source FROM nodes JOIN quarantined USING (n) JOIN quarantines USING (q) WHERE id = ? LIMIT 1",
                row -> "node " + id + " is held back by quarantine " + row.getLong(1) + ": influenced by "
                        + row.getString(2),
                id.bytes());
        if (held.isPresent()) {
            throw new RpcException(RpcException.Code.CONFLICT, "QUARANTINED", held.get());
        }
    }

    /** Holds a new node back with what its run has read, with its parents, and with its agent. */
    static void inherit(Sql sql, long n, long r, AgentName agent) throws SQLException {
        sql.update(
                "INSERT OR IGNORE INTO quarantined (n, q) SELECT ?, q FROM reads JOIN quarantined USING (n) WHERE r = ?",
                n,
                r);
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
