package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.client.Sha256;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** The bytes of a node's value, to and from shared memory; what is too large for a message goes as a blob, in chunks. */
final class NodeValue {
    static final int MAX_CHUNK_BYTES = 512 * 1024;

    private NodeValue() {}

    /** Where bytes go, piece by piece. */
    @FunctionalInterface
    interface Sink {
        void write(byte[] piece) throws LocalFileException;
    }

    /**
     * Writes the value of a {@code memory.get} answer: a text as UTF-8, a blob's chunks, each held against its SHA-256,
     * anything else as JSON; how many bytes.
     */
    static long write(ApplianceClient appliance, JsonElement found, Sink sink)
            throws RpcException, CannotConnectException, LocalFileException {
        Answer node = Answer.of("memory.get", found);
        JsonElement value = node.any("value");
        if (node.string("kind").equals("blob")) {
            return writeBlob(appliance, node.string("id"), Answer.of("memory.get", value), sink);
        }
        byte[] bytes = value instanceof JsonPrimitive text && text.isString()
                ? text.getAsString().getBytes(StandardCharsets.UTF_8)
                : Json.bytes(value);
        sink.write(bytes);
        return bytes.length;
    }

    private static long writeBlob(ApplianceClient appliance, String id, Answer blob, Sink sink)
            throws RpcException, CannotConnectException, LocalFileException {
        JsonArray chunks = blob.list("chunks");
        long bytes = 0;
        for (int i = 0; i < chunks.size(); i++) {
            JsonObject params = ApplianceClient.params("id", id);
            params.addProperty("index", i);
            byte[] data = Answer.of("memory.chunk.get", appliance.call("memory.chunk.get", params))
                    .bytes("data");
            if (!chunks.get(i).equals(new JsonPrimitive(Sha256.hex(data)))) {
                throw new RpcException(
                        RpcException.Code.INTERNAL, "DAMAGED", "chunk " + i + " of the blob is not what its id says");
            }
            sink.write(data);
            bytes += data.length;
        }
        if (bytes != blob.count("size")) {
            throw new RpcException(
                    RpcException.Code.INTERNAL,
                    "DAMAGED",
                    "the blob has " + bytes + " bytes, not " + blob.count("size"));
        }
        return bytes;
    }

    /** Sends a file's chunks; the {@code blob} parameter of {@code memory.put}. */
    static JsonObject sendBlob(ApplianceClient appliance, LocalFile file, String type)
            throws RpcException, CannotConnectException, UsageException {
        JsonArray chunks = new JsonArray();
        long left = file.bytes();
        while (left > 0) {
            byte[] data = file.read((int) Math.min(left, MAX_CHUNK_BYTES));
            JsonObject params =
                    ApplianceClient.params("data", Base64.getEncoder().encodeToString(data));
            chunks.add(Answer.of("memory.chunk.put", appliance.call("memory.chunk.put", params))
                    .string("chunk"));
            left -= data.length;
        }
        JsonObject blob = new JsonObject();
        blob.add("chunks", chunks);
        if (!type.isEmpty()) {
            blob.addProperty("type", type);
        }
        return blob;
    }
}
