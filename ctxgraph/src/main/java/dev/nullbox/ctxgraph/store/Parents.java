package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/** Parents of a write: the nodes that it came from, by the agent's own account. */
final class Parents {
    private Parents() {}

    /**
     * Refuses parents that do not exist or that the principal cannot read: it cannot tell one from the other.
     *
     * @throws RpcException INVALID_PARAMS, PARENT; CONFLICT, QUARANTINED
     */
    static void require(Sql sql, Principal principal, List<NodeId> parents) throws SQLException, RpcException {
        for (NodeId parent : parents) {
            Optional<MemoryKey> key = Queries.key(sql, parent);
            if (key.isEmpty() || !principal.mayRead(key.get())) {
                throw new RpcException(
                        MemoryReason.PARENT,
                        "parents: " + parent + " is not there, or may not be read",
                        MemoryContract.PARENTS.name());
            }
            Quarantines.refuse(sql, parent);
        }
    }
}
