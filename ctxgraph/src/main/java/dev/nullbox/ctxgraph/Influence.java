package dev.nullbox.ctxgraph;

import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.List;

/**
 * What may have come from what: a node from its parents, and from all that its writer's run had read before it was
 * written. A node also counts as influenced by its writer and by itself.
 */
final class Influence {
    /** Nodes looked at for one answer; when there are more, it is taken as influenced. */
    private static final int MAX_NODES = 20_000;

    private static final String ANCESTORS = "WITH RECURSIVE came (n) AS (SELECT n FROM nodes WHERE id = ?"
            + " UNION SELECT parents.parent FROM came JOIN parents ON parents.n = came.n"
            + " UNION SELECT reads.n FROM came JOIN log ON log.n = came.n"
            + " JOIN reads ON reads.r = log.r AND reads.seq < log.seq LIMIT " + MAX_NODES + ")";

    private Influence() {}

    /** Whether one of the sources influenced the node, or that cannot be told. */
    static boolean on(Sql sql, NodeId id, List<Source> sources) throws SQLException {
        if (sources.isEmpty()) {
            return false;
        }
        if (sql.number(ANCESTORS + " SELECT count(*) FROM came", id.bytes()) >= MAX_NODES) {
            return true;
        }
        for (Source source : sources) {
            long found = switch (source) {
                case Source.ByAgent(AgentName agent) ->
                    sql.number(
                            ANCESTORS + " SELECT EXISTS (SELECT 1 FROM came JOIN nodes USING (n) JOIN agents USING (a)"
                                    + " WHERE name = ?)",
                            id.bytes(),
                            agent.text());
                case Source.ByNode(NodeId node) ->
                    sql.number(
                            ANCESTORS + " SELECT EXISTS (SELECT 1 FROM came JOIN nodes USING (n) WHERE nodes.id = ?)",
                            id.bytes(),
                            node.bytes());
            };
            if (found != 0) {
                return true;
            }
        }
        return false;
    }

    /**
     * Refuses a node that one of the sources influenced.
     *
     * @throws RpcException CONFLICT, INFLUENCED
     */
    static void refuse(Sql sql, NodeId id, List<Source> sources) throws SQLException, RpcException {
        if (on(sql, id, sources)) {
            throw new RpcException(
                    RpcException.Code.CONFLICT,
                    "INFLUENCED",
                    "node " + id + " is influenced by what not_influenced_by names",
                    "not_influenced_by");
        }
    }
}
