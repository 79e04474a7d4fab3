package dev.nullbox.ctxgraph;

import dev.nullbox.rpc.RpcException;
import java.sql.SQLException;
import java.util.List;
import java.util.Optional;

/**
 * Chunks and the blobs made of them. A chunk is first staged by who has its bytes, and only chunks that an agent has staged,
 * or that are in a blob of its own, become part of its blob: knowing a chunk's SHA-256 gives nobody its content. Stages
 * that no blob took are gone after a restart.
 */
final class Blobs {
    /** Of the table chunks: the agent has it; takes the agent's number twice. */
    private static final String ITS_OWN = "(EXISTS (SELECT 1 FROM staged WHERE staged.c = chunks.c AND staged.a = ?)"
            + " OR EXISTS (SELECT 1 FROM node_chunks JOIN nodes USING (n) WHERE node_chunks.c = chunks.c AND"
            + " nodes.a = ?))";

    private Blobs() {}

    /** Stores a chunk unless it is there, and notes that the actor has it; one that it has already takes nothing more. */
    static NodeId stage(Writes writes, Actor actor, byte[] data) throws SQLException, RpcException {
        Sql sql = writes.sql();
        NodeId id = NodeId.of(data);
        long a = writes.agent(actor.agent());
        boolean isNew = !isOwn(sql, a, id);
        if (isNew) {
            writes.requireSpace(actor, data.length);
        }
        sql.update(
                "INSERT INTO chunks (id, data) VALUES (?, ?) ON CONFLICT (id)"
                        + " DO UPDATE SET data = excluded.data WHERE data <> excluded.data",
                id.bytes(),
                data);
        if (isNew) {
            sql.update("INSERT INTO staged (a, c) SELECT ?, c FROM chunks WHERE id = ?", a, id.bytes());
            writes.charge(a, data.length);
        }
        return id;
    }

    private static boolean isOwn(Sql sql, long a, NodeId chunk) throws SQLException {
        return sql.number("SELECT count(*) FROM chunks WHERE id = ? AND " + ITS_OWN, chunk.bytes(), a, a) > 0;
    }

    /** Gives back what staged chunks took and removes those in no blob. */
    static void dropStaged(Sql sql) throws SQLException {
        sql.update("UPDATE agents SET bytes = bytes - (SELECT coalesce(sum(length(data)), 0) FROM staged"
                + " JOIN chunks USING (c) WHERE staged.a = agents.a) WHERE a IN (SELECT a FROM staged)");
        sql.update("DELETE FROM chunks WHERE c IN (SELECT c FROM staged) AND c NOT IN (SELECT c FROM node_chunks)");
        sql.update("DELETE FROM staged");
    }

    /**
     * The blob of chunks that are the agent's own.
     *
     * @throws RpcException INVALID_PARAMS, CHUNK
     */
    static Blob of(Sql sql, AgentName agent, List<NodeId> chunks, String type) throws SQLException, RpcException {
        if (chunks.isEmpty() || chunks.size() > Blob.MAX_CHUNKS || type.length() > Blob.MAX_TYPE_LENGTH) {
            throw Prepared.invalid(
                    "CHUNK",
                    "blob: 1 to " + Blob.MAX_CHUNKS + " chunks, and a type of at most " + Blob.MAX_TYPE_LENGTH
                            + " characters",
                    "blob");
        }
        long a = sql.number("SELECT a FROM agents WHERE name = ?", agent.text());
        long size = 0;
        for (NodeId chunk : chunks) {
            Optional<Long> bytes = sql.first(
                    "SELECT length(data) FROM chunks WHERE id = ? AND " + ITS_OWN,
                    row -> row.getLong(1),
                    chunk.bytes(),
                    a,
                    a);
            size += bytes.orElseThrow(() -> notStaged(chunk));
        }
        return new Blob(chunks, size, type);
    }

    /** Refuses a blob of chunks that its writer has not put. */
    static void requireStaged(Sql sql, long a, Put put) throws SQLException, RpcException {
        if (put.kind() == Node.Kind.BLOB) {
            for (NodeId chunk : Blob.parse(put.value()).chunks()) {
                if (!isOwn(sql, a, chunk)) {
                    throw notStaged(chunk);
                }
            }
        }
    }

    /** Refuses a blob whose chunks are not all here. */
    static void requireStored(Sql sql, Put put) throws SQLException, RpcException {
        if (put.kind() == Node.Kind.BLOB) {
            for (NodeId chunk : Blob.parse(put.value()).chunks()) {
                if (sql.number("SELECT count(*) FROM chunks WHERE id = ?", chunk.bytes()) == 0) {
                    throw Prepared.invalid("CHUNK", "blob: chunk " + chunk + " is not there", "blob");
                }
            }
        }
    }

    /** Makes the chunks the node's. */
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
        Reads.Stored stored = sql.first(
                        "SELECT chunks.id, data FROM nodes JOIN node_chunks USING (n) JOIN chunks USING (c)"
                                + " WHERE nodes.id = ? AND i = ?",
                        row -> new Reads.Stored(NodeId.ofBytes(row.getBytes(1)), 0, row.getBytes(2)),
                        node.bytes(),
                        index)
                .orElseThrow(() -> new RpcException(
                        RpcException.Code.INTERNAL, "DAMAGED", "chunk " + index + " of node " + node + " is lost"));
        if (!stored.sound()) {
            throw new RpcException(
                    RpcException.Code.INTERNAL, "DAMAGED", "chunk " + stored.id() + " of node " + node + " is damaged");
        }
        return stored.content();
    }

    private static RpcException notStaged(NodeId chunk) {
        return Prepared.invalid(
                "CHUNK",
                "blob: chunk " + chunk + " is in no blob of this agent, nor was it put since the last start",
                "blob");
    }
}
