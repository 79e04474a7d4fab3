package dev.nullbox.service;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Server of {@link TransferContract}: files that callers read or send chunk by chunk, since a message is shorter. For
 * any thread.
 *
 * <p>The number of names bounds the files; a new one replaces the oldest. A transfer ends when it is dropped or its
 * file is taken, after ten minutes without a call, and at a restart of the service.
 */
public final class FileTransfers {
    private static final long IDLE_NANOS = TimeUnit.MINUTES.toNanos(10);

    private final Directory directory;
    private final List<String> names;
    private final long maxBytes;
    private final LongSupplier nanos;
    /** Oldest first, by id. */
    private final Map<String, Transfer> transfers = new LinkedHashMap<>();
    /** Names of files that are being made, or were taken: reserved. */
    private final Set<String> busy = new HashSet<>();

    private record Transfer(String name, long usedAt) {}

    /**
     * Creates a server without transfers and removes files that a previous process left.
     *
     * @param names of the files in the directory, which are for transfers alone
     * @param maxBytes of a file that is sent
     * @param nanos as {@link System#nanoTime}
     */
    public FileTransfers(Directory directory, List<String> names, long maxBytes, LongSupplier nanos)
            throws IOException {
        this.directory = directory;
        this.names = List.copyOf(names);
        this.maxBytes = maxBytes;
        this.nanos = nanos;
        clear();
    }

    /** Step that works on the file of this name. */
    @FunctionalInterface
    public interface Step<T, E extends Exception> {
        T run(String name) throws E, RpcException, IOException;
    }

    /**
     * A file that callers may read.
     *
     * @param file its transfer, bytes and SHA-256
     */
    public record Made<T>(Message file, T result) {}

    /** Makes a file for callers to read; it is removed when that fails. */
    public <T, E extends Exception> Made<T> make(Step<T, E> step) throws E, RpcException, IOException {
        String name = reserve();
        boolean made = false;
        try {
            T result = step.run(name);
            Value<Long> bytes = Fields.BYTES.is(size(name));
            Value<String> sha256 = TransferContract.SHA256.is(sha256(name));
            made = true;
            return new Made<>(Message.of(TransferContract.TRANSFER.is(begin(name)), bytes, sha256), result);
        } finally {
            if (!made) {
                release(name);
            }
        }
    }

    /**
     * Takes the file of a transfer, which ends with it.
     *
     * @param sha256 of the file, where the caller knows it
     * @throws RpcException TRANSFER_UNKNOWN; TRANSFER_DIGEST when the file's SHA-256 differs
     */
    public <T, E extends Exception> T take(String id, Optional<String> sha256, Step<T, E> step)
            throws E, RpcException, IOException {
        String name = reserve(id);
        try {
            if (sha256.isPresent() && !sha256.get().equals(sha256(name))) {
                throw new RpcException(
                        CallReason.TRANSFER_DIGEST,
                        "the file that came has another SHA-256 than the one that was sent; send it again");
            }
            return step.run(name);
        } finally {
            release(name);
        }
    }

    /** Answers {@link TransferContract#read}. */
    public synchronized Message read(Message request) throws RpcException, IOException {
        String name = find(request.get(TransferContract.TRANSFER));
        long offset = request.get(TransferContract.OFFSET);
        long left = size(name) - offset;
        if (left < 0) {
            throw offset("the file has " + size(name) + " bytes");
        }
        byte[] data = directory.read(name, offset, (int) Math.min(TransferContract.CHUNK_BYTES, left));
        return Message.of(TransferContract.DATA.is(data), TransferContract.END.is(data.length == left));
    }

    /** Answers {@link TransferContract#write}; a chunk that was sent before may be sent again. */
    public synchronized Message write(Message request) throws RpcException, IOException {
        Optional<String> begun = request.find(TransferContract.TRANSFER);
        long offset = request.get(TransferContract.OFFSET);
        byte[] data = request.get(TransferContract.DATA);
        long size = begun.isPresent() ? size(find(begun.get())) : 0;
        if (offset > size || data.length > Math.min(TransferContract.CHUNK_BYTES, maxBytes - offset)) {
            throw offset("the next chunk begins at byte " + size + " and has at most "
                    + Math.min(TransferContract.CHUNK_BYTES, maxBytes - size) + " bytes");
        }
        String id = begun.isPresent() ? begun.get() : create();
        directory.write(find(id), offset, data);
        return Message.of(TransferContract.TRANSFER.is(id), Fields.BYTES.is(Math.max(size, offset + data.length)));
    }

    /** Answers {@link TransferContract#drop}. */
    public synchronized Message drop(Message request) throws RpcException, IOException {
        String id = request.get(TransferContract.TRANSFER);
        find(id);
        end(id);
        return Message.of();
    }

    /** Ends all transfers but those whose files are in use. */
    public synchronized void clear() throws IOException {
        transfers.clear();
        for (String name : names) {
            if (!busy.contains(name)) {
                directory.delete(name);
            }
        }
    }

    private String create() throws RpcException, IOException {
        String name = reserve();
        busy.remove(name);
        directory.create(name);
        return begin(name);
    }

    /** Reserves a name for a new file, the oldest transfer's if there is no free one. */
    private synchronized String reserve() throws RpcException, IOException {
        endIdle();
        if (!transfers.isEmpty() && transfers.size() + busy.size() == names.size()) {
            end(transfers.keySet().iterator().next());
        }
        String name = names.stream()
                .filter(one -> !busy.contains(one)
                        && transfers.values().stream()
                                .noneMatch(other -> other.name().equals(one)))
                .findFirst()
                .orElseThrow(() -> new RpcException(
                        CallReason.BUSY, "the limit of transfers is reached; ask again when one has ended"));
        directory.delete(name);
        busy.add(name);
        return name;
    }

    private synchronized String reserve(String id) throws RpcException, IOException {
        String name = find(id);
        transfers.remove(id);
        busy.add(name);
        return name;
    }

    private synchronized String begin(String name) {
        String id = UUID.randomUUID().toString();
        transfers.put(id, new Transfer(name, nanos.getAsLong()));
        busy.remove(name);
        return id;
    }

    /** Removes a file that no transfer uses. */
    private synchronized void release(String name) {
        busy.remove(name);
        try {
            directory.delete(name);
        } catch (IOException e) {
            System.err.println(name + " was not removed: " + e.getMessage());
        }
    }

    private String find(String id) throws RpcException, IOException {
        endIdle();
        Transfer transfer = transfers.computeIfPresent(id, (_, one) -> new Transfer(one.name(), nanos.getAsLong()));
        if (transfer == null) {
            throw new RpcException(
                    CallReason.TRANSFER_UNKNOWN,
                    "no such transfer is under way; begin anew",
                    TransferContract.TRANSFER.name());
        }
        return transfer.name();
    }

    private void endIdle() throws IOException {
        for (String id : List.copyOf(transfers.keySet())) {
            if (nanos.getAsLong() - Objects.requireNonNull(transfers.get(id)).usedAt() > IDLE_NANOS) {
                end(id);
            }
        }
    }

    private void end(String id) throws IOException {
        directory.delete(Objects.requireNonNull(transfers.get(id)).name());
        transfers.remove(id);
    }

    private long size(String name) throws IOException {
        return directory.size(name).orElseThrow(() -> new IOException(name + " has vanished"));
    }

    private String sha256(String name) throws IOException {
        MessageDigest digest = Sha256.digest();
        long size = size(name);
        for (long at = 0; at < size; at += TransferContract.CHUNK_BYTES) {
            digest.update(directory.read(name, at, (int) Math.min(TransferContract.CHUNK_BYTES, size - at)));
        }
        return Sha256.hex(digest);
    }

    private static RpcException offset(String right) {
        return new RpcException(CallReason.TRANSFER_OFFSET, right, TransferContract.OFFSET.name());
    }
}
