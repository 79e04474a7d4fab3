package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * Chunks and the blobs made of them. A chunk is first staged by a principal that sends its bytes; only chunks that an
 * agent has staged, or that are in a blob of its own, become part of its blob, so that knowing a chunk's SHA-256 does
 * not give its content. Stages that no blob used are removed after an hour, those of operators at a restart.
 */
public final class Blobs {
    /** Condition on the table chunks that the agent has the chunk; its arguments are the agent's number, twice. */
    private static final String ITS_OWN = "(EXISTS (SELECT 1 FROM staged WHERE staged.c = chunks.c AND staged.a = ?)"
            + " OR EXISTS (SELECT 1 FROM node_chunks JOIN nodes USING (n) WHERE node_chunks.c = chunks.c AND"
            + " nodes.a = ?%s))";

    /** Condition that the agent was charged for it. */
    private static final String CHARGED = ITS_OWN.formatted("");

    /**
     * Condition that it may become part of a blob of the agent: quarantined content is not released by another blob.
     */
    private static final String USABLE =
            ITS_OWN.formatted(" AND NOT EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n)");

    private static final String ALL = "1";
    private static final String OLD = "since <= unixepoch() - 3600"
            + " AND a <> coalesce((SELECT a FROM agents WHERE name = '" + Principal.OPERATOR + "'), 0)";

    private Blobs() {}

    /**
     * Stores a chunk unless it is stored, and records that the principal has it; one that it has already is not charged
     * again.
     */
    public static NodeId stage(WriteTransaction writes, Principal principal, byte[] data)
            throws SQLException, RpcException {
        Sql sql = writes.sql();
        NodeId id = NodeId.of(data);
        long a = writes.agent(principal.agent());
        // Complete by itself, also when what follows is refused: it may free the space that is needed.
        dropOld(writes);
        boolean isNew = !is(CHARGED, sql, a, id);
        if (isNew) {
            writes.requireSpace(principal, data.length);
        }
        sql.update(
                "INSERT INTO chunks (id, data) VALUES (?, ?) ON CONFLICT (id)"
                        + " DO UPDATE SET data = excluded.data WHERE data <> excluded.data",
                id.bytes(),
                data);
        sql.update("INSERT OR REPLACE INTO staged (a, c) SELECT ?, c FROM chunks WHERE id = ?", a, id.bytes());
        if (isNew) {
            writes.charge(a, data.length);
        }
        return id;
    }

    private static boolean is(String what, Sql sql, long a, NodeId chunk) throws SQLException {
        return sql.number("SELECT count(*) FROM chunks WHERE id = ? AND " + what, chunk.bytes(), a, a) > 0;
    }

    private record Charge(long a, long bytes) {}

    /** Refunds the staged chunks and removes those that are in no blob. */
    static void dropStaged(Sql sql) throws SQLException {
        for (Charge charge : takenBy(sql, ALL)) {
            sql.update("UPDATE agents SET bytes = bytes - ? WHERE a = ?", charge.bytes(), charge.a());
        }
        drop(sql, ALL);
    }

    private static void dropOld(WriteTransaction writes) throws SQLException {
        if (writes.sql().number("SELECT count(*) FROM staged WHERE " + OLD) > 0) {
            for (Charge charge : takenBy(writes.sql(), OLD)) {
                writes.charge(charge.a(), -charge.bytes());
            }
            drop(writes.sql(), OLD);
        }
    }

    /** Bytes charged for stages alone, without those of chunks in a blob of the same agent. */
    private static List<Charge> takenBy(Sql sql, String which) throws SQLException {
        return sql.all(
                "SELECT a, sum(length(data)) FROM staged JOIN chunks USING (c) WHERE " + which + " AND NOT EXISTS"
                        + " (SELECT 1 FROM node_chunks JOIN nodes USING (n) WHERE node_chunks.c = staged.c"
                        + " AND nodes.a = staged.a) GROUP BY a",
                row -> new Charge(row.getLong(1), row.getLong(2)));
    }

    private static void drop(Sql sql, String which) throws SQLException {
        sql.update("DELETE FROM chunks WHERE c IN (SELECT c FROM staged WHERE " + which + ")"
                + " AND NOT EXISTS (SELECT 1 FROM node_chunks WHERE node_chunks.c = chunks.c)"
                + " AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.c = chunks.c AND NOT (" + which + "))");
        sql.update("DELETE FROM staged WHERE " + which);
    }

    /**
     * Records, for a blob to be written, that its writer has the content from its other blobs where it has not sent it
     * since: the new blob inherits their influence.
     */
    static void noteUse(Sql sql, long a, long r, long position, Put put) throws SQLException {
        if (put.kind() == Node.Kind.BLOB) {
            for (NodeId chunk : Blob.parse(put.value()).chunks()) {
                sql.update(
                        "INSERT OR IGNORE INTO reads (r, n, seq) SELECT ?, n, ? FROM chunks JOIN node_chunks USING (c)"
                                + " JOIN nodes USING (n) WHERE chunks.id = ? AND nodes.a = ?"
                                + " AND NOT EXISTS (SELECT 1 FROM staged WHERE staged.c = chunks.c AND staged.a = ?)"
                                + " AND NOT EXISTS (SELECT 1 FROM quarantined WHERE quarantined.n = nodes.n)",
                        r,
                        position,
                        chunk.bytes(),
                        a,
                        a);
            }
        }
    }

    /** Bytes that the chunks of an imported blob charge to its agent. */
    static long cost(Sql sql, long a, Put put) throws SQLException {
        long cost = 0;
        if (put.kind() == Node.Kind.BLOB) {
            for (NodeId chunk : new HashSet<>(Blob.parse(put.value()).chunks())) {
                cost += sql.number(
                        "SELECT length(data) FROM chunks WHERE id = ? AND NOT " + CHARGED, chunk.bytes(), a, a);
            }
        }
        return cost;
    }

    /**
     * The blob made of chunks that are the agent's own.
     *
     * @throws RpcException INVALID_PARAMS, CHUNK
     */
    static Blob of(Sql sql, PrincipalName agent, List<NodeId> chunks, String type) throws SQLException, RpcException {
        if (chunks.isEmpty() || chunks.size() > MemoryContract.MAX_CHUNKS || type.length() > Blob.MAX_TYPE_LENGTH) {
            throw new RpcException(
                    MemoryReason.CHUNK,
                    "blob: 1 to " + MemoryContract.MAX_CHUNKS + " chunks, and a type of at most " + Blob.MAX_TYPE_LENGTH
                            + " characters",
                    MemoryContract.BLOB.name());
        }
        long a = sql.number("SELECT a FROM agents WHERE name = ?", agent.text());
        long size = 0;
        for (NodeId chunk : chunks) {
            Optional<Long> bytes = sql.first(
                    "SELECT length(data) FROM chunks WHERE id = ? AND " + USABLE,
                    row -> row.getLong(1),
                    chunk.bytes(),
                    a,
                    a);
            size += bytes.orElseThrow(() -> notStaged(chunk));
        }
        return new Blob(chunks, size, type);
    }

    /** Refuses a blob with chunks that its writer has not sent. */
    static void requireStaged(Sql sql, long a, Put put) throws SQLException, RpcException {
        if (put.kind() == Node.Kind.BLOB) {
            for (NodeId chunk : Blob.parse(put.value()).chunks()) {
                if (!is(USABLE, sql, a, chunk)) {
                    throw notStaged(chunk);
                }
            }
        }
    }

    /** Refuses a blob whose chunks are not all stored. */
    static void requireStored(Sql sql, Put put) throws SQLException, RpcException {
        if (put.kind() == Node.Kind.BLOB) {
            for (NodeId chunk : Blob.parse(put.value()).chunks()) {
                if (sql.number("SELECT count(*) FROM chunks WHERE id = ?", chunk.bytes()) == 0) {
                    throw new RpcException(
                            MemoryReason.CHUNK, "blob: chunk " + chunk + " is not there", MemoryContract.BLOB.name());
                }
            }
        }
    }

    /** Attaches the chunks to the node. */
    static void attach(Sql sql, long a, long n, Put put) throws SQLException {
        if (put.kind() == Node.Kind.BLOB) {
            int i = 0;
            for (NodeId chunk : Blob.parse(put.value()).chunks()) {
                sql.update(
                        "INSERT INTO node_chunks (n, i, c) SELECT ?, ?, c FROM chunks WHERE id = ?",
                        n,
                        i++,
                        chunk.bytes());
            }
            sql.update("DELETE FROM staged WHERE a = ? AND c IN (SELECT c FROM node_chunks WHERE n = ?)", a, n);
        }
    }

    /**
     * The bytes of one chunk of a blob's node.
     *
     * @throws RpcException INTERNAL, DAMAGED
     */
    static byte[] chunk(Sql sql, NodeId node, int index) throws SQLException, RpcException {
        Queries.Stored stored = sql.first(
                        "SELECT chunks.id, data FROM nodes JOIN node_chunks USING (n) JOIN chunks USING (c)" + " WHERE "
                                + Queries.HAS_ID + " AND i = ?2",
                        row -> new Queries.Stored(NodeId.ofBytes(row.getBytes(1)), 0, row.getBytes(2)),
                        node.bytes(),
                        index)
                .orElseThrow(() ->
                        new RpcException(MemoryReason.DAMAGED, "chunk " + index + " of node " + node + " is lost"));
        if (!stored.sound()) {
            throw new RpcException(MemoryReason.DAMAGED, "chunk " + stored.id + " of node " + node + " is damaged");
        }
        return stored.content;
    }

    private static RpcException notStaged(NodeId chunk) {
        return new RpcException(
                MemoryReason.CHUNK,
                "blob: chunk " + chunk + " is in no blob of this agent that can be read, nor was it put within the last"
                        + " hour and since the last start",
                MemoryContract.BLOB.name());
    }
}
