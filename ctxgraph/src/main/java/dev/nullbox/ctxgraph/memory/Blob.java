package dev.nullbox.ctxgraph.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import java.util.ArrayList;
import java.util.List;

/**
 * A value too large for one message: {@code {"chunks":[SHA-256,...],"size":BYTES,"type":STRING}}, the value of a node of
 * kind {@code blob}. Chunks are stored once, whoever puts them.
 *
 * @param chunks the SHA-256 of each chunk's bytes, in order, 1 to {@link #MAX_CHUNKS}
 * @param size bytes of all chunks together
 * @param type a media type for readers, as {@code "text/plain"}; may be empty
 */
public record Blob(List<NodeId> chunks, long size, String type) {
    /** Bytes of one chunk at most; in base 64 it fits a message. */
    public static final int MAX_CHUNK_BYTES = 512 * 1024;

    public static final int MAX_CHUNKS = 8_192;
    public static final int MAX_TYPE_LENGTH = 128;

    public Blob {
        chunks = List.copyOf(chunks);
    }

    public JsonElement encode() {
        JsonArray ids = new JsonArray(chunks.size());
        chunks.forEach(chunk -> ids.add(chunk.hex()));
        JsonObject value = new JsonObject();
        value.add("chunks", ids);
        value.addProperty("size", size);
        value.addProperty("type", type);
        return value;
    }

    /**
     * The blob in a node's value.
     *
     * @throws IllegalArgumentException when the value is none
     */
    public static Blob parse(JsonElement value) {
        if (value instanceof JsonObject object
                && object.get("chunks") instanceof JsonArray ids
                && object.get("size") instanceof JsonPrimitive size
                && object.get("type") instanceof JsonPrimitive type) {
            List<NodeId> chunks = new ArrayList<>();
            ids.forEach(id -> chunks.add(new NodeId(id.getAsString())));
            return new Blob(chunks, size.getAsLong(), type.getAsString());
        }
        throw new IllegalArgumentException("no blob: it has chunks, size and type");
    }
}
