package dev.nullbox.ctxgraph.store;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;

/**
 * Migration of databases of version 1, where every agent had keys of its own: {@code notes/a} of ada becomes {@code
 * ada/notes/a}, and so a node with another id; a key that began with the agent's name stays as it is. Order and
 * sequence numbers stay.
 */
final class MigrationFromV1 {
    private MigrationFromV1() {}

    /** Moves the content of {@code log_1} and {@code nodes_1} into the present tables, without damaged nodes. */
    static void move(Sql sql) throws SQLException {
        WriteTransaction writes = WriteTransaction.open(sql);
        long[] last = {0};
        boolean more = true;
        while (more) {
            more = sql.first(
                            "SELECT seq, id, content FROM log_1 JOIN nodes_1 ON id = node WHERE seq > ? ORDER BY seq LIMIT 1",
                            row -> {
                                last[0] = row.getLong(1);
                                return move(writes, last[0], row.getBytes(2), row.getBytes(3));
                            },
                            last[0])
                    .isPresent();
        }
        writes.beforeCommit();
    }

    private static boolean move(WriteTransaction writes, long seq, byte[] id, byte[] content) throws SQLException {
        NodeId known = NodeId.ofBytes(id);
        if (!NodeId.of(content).equals(known)) {
            System.err.println("ctxgraph: node " + known + " is damaged and was left behind by the move to version 2");
            return false;
        }
        try {
            JsonObject old = Json.parse(content).getAsJsonObject();
            PrincipalName agent = new PrincipalName(old.get(Fields.AGENT.name()).getAsString());
            MemoryKey key = key(agent, old.get(MemoryContract.KEY.name()).getAsString());
            writes.moveTo(seq);
            writes.apply(
                    Principal.ofName(agent),
                    PreparedWrite.of(agent, Put.of(key, old.get(MemoryContract.VALUE.name()))));
            return true;
        } catch (RpcException e) {
            throw new SQLException("node " + known + " cannot be moved to version 2: " + e.getMessage(), e);
        }
    }

    private static MemoryKey key(PrincipalName agent, String old) {
        String full = old.startsWith(agent + "/") ? old : agent + "/" + old;
        return new MemoryKey(
                full.length() <= MemoryKey.MAX_LENGTH
                        ? full
                        : agent + "/long/" + NodeId.of(old.getBytes(StandardCharsets.UTF_8)));
    }
}
