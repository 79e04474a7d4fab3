package dev.nullbox.ctxgraph.store;

import com.google.gson.JsonElement;
import dev.nullbox.ctxgraph.memory.CanonicalJson;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.List;

/** Write with everything computed that needs no database, so that the single writing thread has little to do. */
public final class PreparedWrite {
    /** Most bytes of a value, canonical or as answered: leaves room for the rest of a message of 1 MiB. */
    public static final int MAX_VALUE_BYTES = (1 << 20) - (1 << 14);

    final Put put;
    final NodeId id;

    /** The node's encoding; not to be changed. */
    final byte[] canonical;

    /** Embedding of length 1, as 32-bit floats, least significant byte first; empty for none. */
    final byte[] vector;

    private PreparedWrite(Put put, NodeId id, byte[] canonical, byte[] vector) {
        this.put = put;
        this.id = id;
        this.canonical = canonical;
        this.vector = vector;
    }

    /**
     * Prepares a write.
     *
     * @throws RpcException INVALID_PARAMS naming the field
     */
    static PreparedWrite of(PrincipalName agent, Put put) throws RpcException {
        if (put.parents().size() > MemoryContract.MAX_PARENTS
                || new HashSet<>(put.parents()).size() < put.parents().size()) {
            throw new RpcException(
                    MemoryReason.PARENT,
                    "parents: at most " + MemoryContract.MAX_PARENTS + ", none of them twice",
                    MemoryContract.PARENTS.name());
        }
        Node node = new Node(agent, put.key(), put.kind(), put.parents(), put.value());
        byte[] canonical;
        try {
            canonical = node.canonical();
        } catch (CanonicalJson.UnrepresentableException e) {
            throw new RpcException(MemoryReason.NUMBER, "value: " + e.getMessage(), MemoryContract.VALUE.name());
        }
        requireSize(canonical, put.value());
        return new PreparedWrite(put, NodeId.of(canonical), canonical, unit(put.vector()));
    }

    private static void requireSize(byte[] canonical, JsonElement value) throws RpcException {
        // Only a value near the bound is written out once more to measure it.
        if (canonical.length <= MAX_VALUE_BYTES / 2) {
            return;
        }
        int bytes = Json.bytes(value).length;
        try {
            bytes = Math.max(bytes, CanonicalJson.canonical(value).getBytes(StandardCharsets.UTF_8).length);
        } catch (CanonicalJson.UnrepresentableException e) {
            throw new IllegalStateException("the value was canonical a moment ago", e);
        }
        if (bytes > MAX_VALUE_BYTES) {
            throw new RpcException(
                    MemoryReason.VALUE_TOO_LARGE,
                    "value: has " + bytes + " bytes, at most " + MAX_VALUE_BYTES
                            + " are kept in one node: put chunks and name them as a blob",
                    MemoryContract.VALUE.name());
        }
    }

    /**
     * The vector scaled to length 1.
     *
     * @throws RpcException INVALID_PARAMS for the zero vector
     */
    static byte[] unit(List<Float> vector) throws RpcException {
        if (vector.isEmpty()) {
            return new byte[0];
        }
        double square = 0;
        for (float part : vector) {
            square += (double) part * part;
        }
        if (vector.size() > MemoryContract.MAX_DIMENSIONS || !(square > 0) || Double.isInfinite(square)) {
            throw new RpcException(
                    MemoryReason.VECTOR,
                    "vector: 1 to " + MemoryContract.MAX_DIMENSIONS + " finite numbers, not all of them 0",
                    MemoryContract.VECTOR.name());
        }
        double length = Math.sqrt(square);
        ByteBuffer bytes = ByteBuffer.allocate(vector.size() * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (float part : vector) {
            bytes.putFloat((float) (part / length));
        }
        return bytes.array();
    }
}
