package dev.nullbox.nullctl.command.memory;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.CannotConnectException;
import dev.nullbox.nullctl.command.OutputOptions;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.LocalFileException;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Bytes of a node's value, to and from shared memory; a value too large for a message is a blob, in chunks. */
final class NodeValue {
    private static final FieldType.Struct BLOB = FieldType.struct(MemoryContract.CHUNKS, MemoryContract.SIZE);

    private NodeValue() {}

    /**
     * Writes the value of a {@code memory.get} result: a text as UTF-8, a blob's chunks, each checked against its
     * SHA-256, anything else as JSON; returns the number of bytes.
     */
    static long write(ApplianceClient appliance, JsonElement found, OutputOptions.Sink sink)
            throws RpcException, CannotConnectException, LocalFileException, UsageException {
        Message node = ApplianceClient.decode(MemoryContract.GET, found);
        Object value = node.get(MemoryContract.VALUE);
        if (node.get(MemoryContract.KIND).equals(MemoryContract.BLOB.name())) {
            return writeBlob(appliance, node.get(MemoryContract.ID), (JsonElement) value, sink);
        }
        byte[] bytes = value instanceof JsonPrimitive text && text.isString()
                ? text.getAsString().getBytes(StandardCharsets.UTF_8)
                : Json.bytes((JsonElement) value);
        sink.write(bytes);
        return bytes.length;
    }

    private static long writeBlob(ApplianceClient appliance, String id, JsonElement value, OutputOptions.Sink sink)
            throws RpcException, CannotConnectException, LocalFileException, UsageException {
        Message blob = Codec.decodeResult(MemoryContract.GET.name(), BLOB, value);
        long bytes = 0;
        long index = 0;
        for (String chunk : blob.get(MemoryContract.CHUNKS)) {
            byte[] data = appliance
                    .call(MemoryContract.CHUNK_GET, MemoryContract.ID.is(id), MemoryContract.INDEX.is(index))
                    .get(TransferContract.DATA);
            if (!chunk.equals(Sha256.hex(data))) {
                throw damaged("chunk " + index + " of the blob is not what its id says");
            }
            sink.write(data);
            bytes += data.length;
            index++;
        }
        if (bytes != blob.get(MemoryContract.SIZE)) {
            throw damaged("the blob has " + bytes + " bytes, not " + blob.get(MemoryContract.SIZE));
        }
        return bytes;
    }

    /** Sends a file's chunks; returns the {@code blob} parameter of {@code memory.put}. */
    static Message sendBlob(ApplianceClient appliance, LocalFile file, Optional<String> type)
            throws RpcException, CannotConnectException, UsageException {
        List<String> chunks = new ArrayList<>();
        long left = file.bytes();
        while (left > 0) {
            byte[] data = file.read((int) Math.min(left, TransferContract.CHUNK_BYTES));
            left -= data.length;
            chunks.add(appliance
                    .call(MemoryContract.CHUNK_PUT, TransferContract.DATA.is(data))
                    .get(MemoryContract.CHUNK));
        }
        return Message.of(MemoryContract.CHUNKS.is(chunks)).and(MemoryContract.TYPE, type);
    }

    private static RpcException damaged(String what) {
        return new RpcException(MemoryReason.DAMAGED, what);
    }
}
