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

/** The nodes that a write says it came from. */
final class Parents {
    private Parents() {}

    /**
     * Refuses parents that are not there or that the actor cannot read: to it both look the same.
     *
     * @throws RpcException INVALID_PARAMS, PARENT; CONFLICT, QUARANTINED
     */
    static void require(Sql sql, Principal actor, List<NodeId> parents) throws SQLException, RpcException {
        for (NodeId parent : parents) {
            Optional<MemoryKey> key = Queries.key(sql, parent);
            if (key.isEmpty() || !actor.mayRead(key.get())) {
                throw new RpcException(
                        MemoryReason.PARENT,
                        "parents: " + parent + " is not there, or may not be read",
                        MemoryContract.PARENTS.name());
            }
            Quarantines.refuse(sql, parent);
        }
    }
}
