package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;

/** Rewind of one key to an earlier value. */
public final class Rewind {
    private Rewind() {}

    /**
     * Makes the value that a key had at a sequence number its head again; the history stays and grows by one.
     *
     * @throws RpcException NOT_FOUND when the key held nothing yet; CONFLICT, QUARANTINED; INTERNAL, DAMAGED
     */
    public static Memory.Written apply(WriteTransaction writes, MemoryKey key, long to)
            throws SQLException, RpcException {
        NodeId id = writes.sql()
                .first(
                        Queries.ENTRIES + " SELECT id FROM entries CROSS JOIN log USING (seq)"
                                + " CROSS JOIN nodes ON nodes.n = log.n WHERE log.seq <= ?2 LIMIT 1",
                        row -> NodeId.ofBytes(row.getBytes(1)),
                        key.text(),
                        to)
                .orElseThrow(() -> new RpcException(
                        MemoryReason.NOT_FOUND,
                        key + " was not yet written at sequence number " + to,
                        MemoryContract.TO.name()));
        Quarantines.refuse(writes.sql(), id);
        return writes.again(Principal.operator(), id);
    }
}
