package dev.nullbox.ctxgraph.store;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Import of a file of {@link Exports}. Nodes and chunks are checked against their ids; keys that hold something here
 * stay as they are, others get their whole history, with the original agents and runs. Idempotent.
 *
 * <p>The file is read three times: for its SHA-256, for its nodes, and to check the accesses (entries, origins, reads)
 * against them. Only then are the accesses recorded, in their order and in batches, so that other writers are not held
 * up.
 * When the disk fails or the service is killed in between, finished keys stay; importing the same file again continues
 * there.
 */
public final class Imports {
    private static final int MAX_LINE = 4 << 20;

    /** Most lines in one transaction, and most bytes. */
    private static final int BATCH = 256;

    private static final int BATCH_BYTES = 1 << 20;

    private final Committer committer;
    private final Path file;
    private long nodes;
    private long chunks;
    private long entries;

    /** Numbers of imported objects. */
    public record Result(long nodes, long entries, long chunks) {}

    /** Write or read of a node by a run: a line that is an entry, an origin or a read. */
    private record Access(Field<Message> kind, Optional<String> key, NodeId node, Principal principal) {}

    private Imports(Committer committer, Path file) {
        this.committer = committer;
        this.file = file;
    }

    /**
     * Imports a file.
     *
     * @throws RpcException INVALID_PARAMS, EXPORT when it is incomplete or damaged; then at most nodes were imported to
     *     which no key refers
     */
    public static Result read(Committer committer, Path file) throws IOException, RpcException {
        Imports imports = new Imports(committer, file);
        // One at a time: progress is recorded for one file.
        synchronized (committer) {
            String sha256 = imports.requireWhole();
            imports.each(false, 0, imports::take);
            imports.each(true, 0, Imports::check);
            long done = committer.change(writes -> begin(writes, sha256));
            imports.each(true, done, imports::append);
            committer.change(writes -> end(writes));
        }
        return new Result(imports.nodes, imports.entries, imports.chunks);
    }

    /** The SHA-256 of all lines but the last, which states it. */
    private String requireWhole() throws IOException, RpcException {
        MessageDigest digest = Sha256.digest();
        byte[] last = new byte[0];
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
                if (last.length > 0) {
                    digest.update(last);
                    digest.update((byte) '\n');
                }
                last = line.get();
            }
        }
        String sha256 = Sha256.hex(digest);
        if (parsed(last)
                .find(Exports.END)
                .filter(end -> end.get(TransferContract.SHA256).equals(sha256))
                .isEmpty()) {
            throw bad("the last line does not give the SHA-256 of those before: it is cut short or changed");
        }
        return sha256;
    }

    /** Step over a batch of lines, in one transaction. */
    @FunctionalInterface
    private interface Step {
        void take(WriteTransaction writes, Message line) throws SQLException, RpcException;
    }

    /** Passes over the accesses, or over all other lines. */
    private void each(boolean accesses, long skipped, Step step) throws IOException, RpcException {
        List<byte[]> batch = new ArrayList<>();
        long bytes = 0;
        long passed = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
                if (isAccess(line.get()) != accesses || passed++ < skipped) {
                    continue;
                }
                batch.add(line.get());
                bytes += line.get().length;
                if (batch.size() == BATCH || bytes > BATCH_BYTES) {
                    commit(batch, step);
                    bytes = 0;
                }
            }
        }
        commit(batch, step);
    }

    private void commit(List<byte[]> batch, Step step) throws RpcException {
        List<byte[]> lines = List.copyOf(batch);
        batch.clear();
        Result before = new Result(nodes, entries, chunks);
        committer.change(writes -> {
            // Possibly the second attempt, after the first was rolled back.
            nodes = before.nodes();
            entries = before.entries();
            chunks = before.chunks();
            for (byte[] line : lines) {
                step.take(writes, parsed(line));
            }
            return lines.size();
        });
    }

    /** Tells whether {@link Exports} wrote the line as an access: its first member tells. */
    private static boolean isAccess(byte[] line) {
        String begin = new String(line, 0, Math.min(line.length, 12), StandardCharsets.US_ASCII);
        return begin.startsWith("{\"entry\":") || begin.startsWith("{\"origin\":") || begin.startsWith("{\"read\":");
    }

    private void take(WriteTransaction writes, Message line) throws SQLException, RpcException {
        if (line.has(Exports.CHUNK)) {
            NodeId chunk = line.get(Exports.CHUNK);
            byte[] data = line.find(Exports.DATA).orElse(new byte[0]);
            if (data.length > Blob.MAX_CHUNK_BYTES || !NodeId.of(data).equals(chunk)) {
                throw bad("chunk " + chunk + " has another SHA-256, or is too large");
            }
            // Staged for the operator: what no node below uses is removed at the next start.
            Blobs.stage(writes, Principal.operator(), data);
            chunks++;
        } else if (line.has(Exports.NODE)) {
            if (writes.importNode(prepared(line))) {
                nodes++;
            }
        } else if (line.has(Exports.FORMAT)) {
            if (!line.get(Exports.FORMAT).equals(Exports.FORMAT_NAME) || !line.has(Exports.FORMAT_VERSION)) {
                throw bad("the format is not " + Exports.FORMAT_NAME);
            }
        } else if (!line.has(Exports.END)) {
            throw bad("a line is neither chunk, node, entry nor end");
        }
    }

    private static WriteTransaction.Owned prepared(Message line) throws RpcException {
        NodeId id = line.get(Exports.NODE);
        List<String> held = line.get(Exports.HELD);
        try {
            Node node = Node.parse(
                    Json.bytes((JsonElement) line.find(Exports.CONTENT).orElse(JsonNull.INSTANCE)));
            PreparedWrite prepared = WriteTransaction.prepared(node);
            if (!prepared.id.equals(id)) {
                throw bad("node " + id + " has another SHA-256");
            }
            held.forEach(Quarantines::requireSource);
            return new WriteTransaction.Owned(node.agent(), prepared, held);
        } catch (IllegalArgumentException | IllegalStateException e) {
            throw bad("node " + id + " is none: " + e.getMessage());
        }
    }

    private static Access access(Message line) throws RpcException {
        for (Field<Message> kind : List.of(Exports.ENTRY, Exports.ORIGIN, Exports.READ)) {
            if (line.has(kind)) {
                Message fields = line.get(kind);
                Principal principal = new Principal(
                        fields.get(Exports.AGENT),
                        fields.get(Fields.RUN),
                        fields.get(MemoryContract.MANIFEST),
                        List.of(),
                        List.of(),
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        List.of());
                return new Access(kind, fields.find(MemoryContract.KEY), fields.get(Exports.NODE), principal);
            }
        }
        throw bad("a line begins like an entry, an origin or a read and is none");
    }

    private static void check(WriteTransaction writes, Message line) throws SQLException, RpcException {
        Access access = access(line);
        if (!writes.has(access.node())) {
            throw bad("a line names a node that is not in the file");
        }
        if (access.kind().equals(Exports.ENTRY)) {
            Node node = writes.node(access.node()).orElseThrow();
            if (!access.key().equals(Optional.of(node.key().text()))) {
                throw bad("an entry of " + access.key().orElse("no key") + " names a node of " + node.key());
            }
        }
    }

    /** Number of this file's accesses that an interrupted import has recorded. */
    private static long begin(WriteTransaction writes, String sha256) throws SQLException {
        Sql sql = writes.sql();
        sql.execute("CREATE TABLE IF NOT EXISTS importing (sha256 TEXT PRIMARY KEY, deeds INTEGER NOT NULL) STRICT");
        sql.execute("CREATE TABLE IF NOT EXISTS importing_keys (k INTEGER PRIMARY KEY) STRICT");
        if (sql.number("SELECT count(*) FROM importing WHERE sha256 = ?", sha256) == 0) {
            sql.update("DELETE FROM importing");
            sql.update("DELETE FROM importing_keys");
            sql.update("INSERT INTO importing (sha256, deeds) VALUES (?, 0)", sha256);
        }
        return sql.number("SELECT deeds FROM importing");
    }

    private static boolean end(WriteTransaction writes) throws SQLException {
        writes.sql().execute("DROP TABLE importing");
        writes.sql().execute("DROP TABLE importing_keys");
        return true;
    }

    private void append(WriteTransaction writes, Message line) throws SQLException, RpcException {
        try {
            append(writes, access(line));
        } catch (RpcException e) {
            // What this transaction did before is to be undone, as after a failure of the disk.
            throw new SQLException(e.getMessage(), e);
        }
        writes.sql().update("UPDATE importing SET deeds = deeds + 1");
    }

    private void append(WriteTransaction writes, Access access) throws SQLException, RpcException {
        Sql sql = writes.sql();
        String key = access.key().orElse("");
        if (access.kind().equals(Exports.READ)) {
            writes.read(access.principal(), access.node(), writes.lastSeq());
        } else if (access.kind().equals(Exports.ORIGIN) || isTaken(sql, key)) {
            writes.importOrigin(access.principal(), access.node());
        } else {
            writes.again(access.principal(), access.node());
            sql.update("INSERT OR IGNORE INTO importing_keys SELECT k FROM keys WHERE key = ?", key);
            entries++;
        }
    }

    /** Tells whether the key held something before the import. */
    private static boolean isTaken(Sql sql, String key) throws SQLException {
        long k = sql.number("SELECT k FROM keys WHERE key = ?", key);
        return k != 0 && sql.number("SELECT count(*) FROM importing_keys WHERE k = ?", k) == 0;
    }

    private static Optional<byte[]> line(InputStream in) throws IOException, RpcException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = in.read(); next >= 0; next = in.read()) {
            if (next == '\n') {
                return Optional.of(line.toByteArray());
            }
            line.write(next);
            if (line.size() > MAX_LINE) {
                throw bad("a line has more than " + MAX_LINE + " bytes");
            }
        }
        return line.size() == 0 ? Optional.empty() : Optional.of(line.toByteArray());
    }

    private static Message parsed(byte[] line) throws RpcException {
        try {
            if (Json.parse(line) instanceof JsonObject object) {
                return Codec.decodeRequest(Exports.LINE, object);
            }
        } catch (RpcException e) {
            throw bad("a line has no form of an export: " + e.getMessage());
        }
        throw bad("a line is no JSON object");
    }

    private static RpcException bad(String problem) {
        return new RpcException(MemoryReason.EXPORT, "transfer: " + problem, TransferContract.TRANSFER.name());
    }
}
