package dev.nullbox.ctxgraph.memory;

import com.google.gson.JsonElement;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import java.util.List;

/**
 * A value too large for one message: {@code {"chunks":[SHA-256,...],"size":BYTES,"type":STRING}}, the value of a node
 * of kind {@code blob}. Chunks are stored once, for all principals.
 *
 * @param chunks the SHA-256 of each chunk's bytes, in order, 1 to {@link MemoryContract#MAX_CHUNKS}
 * @param size bytes of all chunks together
 * @param type a media type for readers, as {@code "text/plain"}; may be empty
 */
public record Blob(List<NodeId> chunks, long size, String type) {
    /** Bytes of one chunk at most; in base 64 it fits a message. */
    public static final int MAX_CHUNK_BYTES = 512 * 1024;

    public static final int MAX_TYPE_LENGTH = 128;

    private static final List<Field<?>> ENCODING =
            List.of(MemoryContract.CHUNKS, MemoryContract.SIZE, MemoryContract.TYPE);

    public Blob {
        chunks = List.copyOf(chunks);
    }

    /** The value of a node. */
    public JsonElement encode() {
        return Codec.encode(
                MemoryContract.CHUNKS.is(chunks.stream().map(NodeId::hex).toList()),
                MemoryContract.SIZE.is(size),
                MemoryContract.TYPE.is(type));
    }

    /**
     * The blob in a node's value.
     *
     * @throws IllegalArgumentException when the value is none
     */
    public static Blob parse(JsonElement value) {
        try {
            Message blob = Codec.decodeRequest(ENCODING, value.getAsJsonObject());
            return new Blob(
                    blob.get(MemoryContract.CHUNKS).stream().map(NodeId::new).toList(),
                    blob.get(MemoryContract.SIZE),
                    blob.get(MemoryContract.TYPE));
        } catch (RpcException | IllegalStateException e) {
            throw new IllegalArgumentException("no blob: " + e.getMessage(), e);
        }
    }
}
