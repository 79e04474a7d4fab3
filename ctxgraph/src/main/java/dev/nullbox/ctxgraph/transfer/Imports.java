package dev.nullbox.ctxgraph.transfer;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.AgentName;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.store.Blobs;
import dev.nullbox.ctxgraph.store.Committer;
import dev.nullbox.ctxgraph.store.Prepared;
import dev.nullbox.ctxgraph.store.Quarantines;
import dev.nullbox.ctxgraph.store.Sql;
import dev.nullbox.ctxgraph.store.Writes;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
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
import java.util.Locale;
import java.util.Optional;

/**
 * The way back from {@link Exports}. Nodes and chunks are checked against their ids; keys that hold something here stay
 * as they are, others get their whole history, with the agents and runs of before. Doing it twice changes nothing.
 *
 * <p>The file is gone through line by line, first for its SHA-256, then for its nodes, then to check its deeds against
 * them, and only then are these done, in their order, some at a time, so that other writers go on in between. When the disk
 * fails or the service is killed among them, the keys that were done stay as they are; the same file taken in again goes
 * on from there.
 */
public final class Imports {
    private static final int MAX_LINE = 4 << 20;

    /** Lines that are taken in one transaction, and their bytes. */
    private static final int BATCH = 256;

    private static final int BATCH_BYTES = 1 << 20;

    private final Committer committer;
    private final Path file;
    private long nodes;
    private long chunks;
    private long entries;

    /** What came of it. */
    public record Result(long nodes, long entries, long chunks) {}

    /** A line about what a run did, in the order in which it was done. */
    private record Deed(Kind kind, String key, NodeId node, Actor actor) {
        enum Kind {
            ENTRY,
            ORIGIN,
            READ
        }
    }

    private Imports(Committer committer, Path file) {
        this.committer = committer;
        this.file = file;
    }

    /**
     * Takes a file in.
     *
     * @throws RpcException INVALID_PARAMS, EXPORT when it is not whole and sound; then at most nodes that no key names
     *     were taken
     */
    public static Result read(Committer committer, Path file) throws IOException, RpcException {
        Imports imports = new Imports(committer, file);
        // One at a time: what was done is noted for one file.
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

    /** The SHA-256 of all lines but the last, which tells it. */
    private String requireWhole() throws IOException, RpcException {
        MessageDigest digest = NodeId.digest();
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
        String sha256 = NodeId.ofBytes(digest.digest()).hex();
        if (!(object(last).get("end") instanceof JsonObject end)
                || !(end.get("sha256") instanceof JsonPrimitive stated)
                || !stated.getAsString().equals(sha256)) {
            throw bad("the last line does not give the SHA-256 of those before: it is cut short or changed");
        }
        return sha256;
    }

    /** What is done with some lines in one transaction. */
    @FunctionalInterface
    private interface Step {
        void take(Writes writes, JsonObject line) throws SQLException, RpcException;
    }

    /** Goes through the deeds, or through all other lines. */
    private void each(boolean deeds, long skipped, Step step) throws IOException, RpcException {
        List<byte[]> batch = new ArrayList<>();
        long bytes = 0;
        long passed = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
                if (isDeed(line.get()) != deeds || passed++ < skipped) {
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
            // It may be the second time, after the first was rolled back.
            nodes = before.nodes();
            entries = before.entries();
            chunks = before.chunks();
            for (byte[] line : lines) {
                step.take(writes, object(line));
            }
            return lines.size();
        });
    }

    /** As {@link Exports} writes them: a line begins with what it is. */
    private static boolean isDeed(byte[] line) {
        String begin = new String(line, 0, Math.min(line.length, 12), StandardCharsets.US_ASCII);
        return begin.startsWith("{\"entry\":") || begin.startsWith("{\"origin\":") || begin.startsWith("{\"read\":");
    }

    private void take(Writes writes, JsonObject line) throws SQLException, RpcException {
        take(writes, new Params(line));
    }

    private void take(Writes writes, Params line) throws SQLException, RpcException {
        if (line.has("chunk")) {
            NodeId chunk = id(line.string("chunk"));
            byte[] data = line.base64("data");
            if (data.length > Blob.MAX_CHUNK_BYTES || !NodeId.of(data).equals(chunk)) {
                throw bad("chunk " + chunk + " has another SHA-256, or is too large");
            }
            // Staged for the operator: what no node below takes is gone at the next start.
            Blobs.stage(writes, Actor.operator(), data);
            chunks++;
        } else if (line.has("node")) {
            NodeId id = id(line.string("node"));
            List<String> held = line.has("held") ? line.strings("held") : List.of();
            if (writes.importNode(prepared(id, line.object("content"), held))) {
                nodes++;
            }
        } else if (line.has("format")) {
            if (!line.string("format").equals("nullbox-memory") || line.integer("version", 0, 99) > Exports.VERSION) {
                throw bad("the format is not nullbox-memory, version 1 or " + Exports.VERSION);
            }
        } else if (!line.has("end")) {
            throw bad("a line is neither chunk, node, entry nor end");
        }
    }

    private static Writes.Owned prepared(NodeId id, JsonObject content, List<String> held) throws RpcException {
        try {
            Node node = Node.parse(Json.bytes(content));
            Prepared prepared = Writes.prepared(node);
            if (!prepared.id().equals(id)) {
                throw bad("node " + id + " has another SHA-256");
            }
            held.forEach(Quarantines::requireSource);
            return new Writes.Owned(node.agent(), prepared, held);
        } catch (IllegalArgumentException e) {
            throw bad("node " + id + " is none: " + e.getMessage());
        }
    }

    private static Deed deed(JsonObject line) throws RpcException {
        for (Deed.Kind kind : Deed.Kind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            if (line.has(name)) {
                return deed(kind, new Params(new Params(line).object(name)));
            }
        }
        throw bad("a line begins as a deed and is none");
    }

    private static Deed deed(Deed.Kind kind, Params fields) throws RpcException {
        AgentName agent = Prepared.parse(fields.string("agent"), AgentName::new, "entry");
        Actor actor = new Actor(
                agent,
                fields.integer("run", 0, Long.MAX_VALUE),
                fields.string("manifest"),
                List.of(),
                List.of(),
                Long.MAX_VALUE,
                Long.MAX_VALUE);
        return new Deed(kind, kind == Deed.Kind.ENTRY ? fields.string("key") : "", id(fields.string("node")), actor);
    }

    private static void check(Writes writes, JsonObject line) throws SQLException, RpcException {
        Deed deed = deed(line);
        if (!writes.has(deed.node())) {
            throw bad("a line names a node that is not in the file");
        }
        if (deed.kind() == Deed.Kind.ENTRY) {
            Node node = writes.node(deed.node()).orElseThrow();
            if (!node.key().text().equals(deed.key())) {
                throw bad("an entry of " + deed.key() + " names a node of " + node.key());
            }
        }
    }

    /** How many deeds of this very file were done before it was cut short, if it was. */
    private static long begin(Writes writes, String sha256) throws SQLException {
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

    private static boolean end(Writes writes) throws SQLException {
        writes.sql().execute("DROP TABLE importing");
        writes.sql().execute("DROP TABLE importing_keys");
        return true;
    }

    private void append(Writes writes, JsonObject line) throws SQLException, RpcException {
        try {
            append(writes, deed(line));
        } catch (RpcException e) {
            // What was done before it in this transaction is to be undone, as after a failure of the disk.
            throw new SQLException(e.getMessage(), e);
        }
        writes.sql().update("UPDATE importing SET deeds = deeds + 1");
    }

    private void append(Writes writes, Deed deed) throws SQLException, RpcException {
        switch (deed.kind()) {
            case READ -> writes.read(deed.actor(), deed.node(), writes.lastSeq());
            case ORIGIN -> writes.importOrigin(deed.actor(), deed.node());
            case ENTRY -> {
                Sql sql = writes.sql();
                long k = sql.number("SELECT k FROM keys WHERE key = ?", deed.key());
                if (k == 0 || sql.number("SELECT count(*) FROM importing_keys WHERE k = ?", k) > 0) {
                    writes.again(deed.actor(), deed.node());
                    sql.update("INSERT OR IGNORE INTO importing_keys SELECT k FROM keys WHERE key = ?", deed.key());
                    entries++;
                } else {
                    writes.importOrigin(deed.actor(), deed.node());
                }
            }
        }
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

    private static JsonObject object(byte[] line) throws RpcException {
        try {
            if (Json.parse(line) instanceof JsonObject object) {
                return object;
            }
        } catch (RpcException e) {
            throw bad("a line is not JSON: " + e.getMessage());
        }
        throw bad("a line is no JSON object");
    }

    private static NodeId id(String text) throws RpcException {
        return Prepared.parse(text, NodeId::new, "transfer");
    }

    private static RpcException bad(String problem) {
        return Prepared.invalid("EXPORT", "transfer: " + problem, "transfer");
    }
}
