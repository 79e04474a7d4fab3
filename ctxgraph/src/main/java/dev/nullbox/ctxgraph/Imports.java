package dev.nullbox.ctxgraph;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The way back from {@link Exports}. Nodes and chunks are checked against their ids; keys that hold something here stay
 * as they are, others get their whole history, in one transaction, with the agents and runs of before. Doing it twice
 * changes nothing.
 */
final class Imports {
    private static final int MAX_LINE = 4 << 20;
    private static final int BATCH = 64;

    private final Committer committer;
    private long nodes;
    private long chunks;

    /** What came of it. */
    record Result(long nodes, long entries, long chunks) {}

    /** A line about what a run did, in the order in which it was done. */
    private record Entry(Kind kind, String key, NodeId node, Actor actor) {
        enum Kind {
            ENTRY,
            ORIGIN,
            READ
        }
    }

    private Imports(Committer committer) {
        this.committer = committer;
    }

    /**
     * Takes a file in.
     *
     * @throws RpcException INVALID_PARAMS, EXPORT when it is not whole and sound; then at most nodes that no key names
     *     were taken
     */
    static Result read(Committer committer, Path file) throws IOException, RpcException {
        requireWhole(file);
        Imports imports = new Imports(committer);
        List<Entry> entries = new ArrayList<>();
        List<JsonObject> batch = new ArrayList<>();
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            for (Optional<byte[]> line = line(in); line.isPresent(); line = line(in)) {
                JsonObject object = object(line.get());
                Optional<Entry> entry = entry(object);
                if (entry.isPresent()) {
                    entries.add(entry.get());
                } else {
                    batch.add(object);
                }
                if (batch.size() == BATCH) {
                    imports.take(batch);
                }
            }
        }
        imports.take(batch);
        long taken = committer.change(writes -> append(writes, entries));
        return new Result(imports.nodes, taken, imports.chunks);
    }

    private static void requireWhole(Path file) throws IOException, RpcException {
        MessageDigest digest = Transfers.digest();
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
        String sha256 = HexFormat.of().formatHex(digest.digest());
        if (!(object(last).get("end") instanceof JsonObject end)
                || !(end.get("sha256") instanceof JsonPrimitive stated)
                || !stated.getAsString().equals(sha256)) {
            throw bad("the last line does not give the SHA-256 of those before: it is cut short or changed");
        }
    }

    private void take(List<JsonObject> batch) throws RpcException {
        List<JsonObject> lines = List.copyOf(batch);
        batch.clear();
        committer.change(writes -> {
            for (JsonObject line : lines) {
                take(writes, new Params(line));
            }
            return lines.size();
        });
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

    private static Optional<Entry> entry(JsonObject line) throws RpcException {
        for (Entry.Kind kind : Entry.Kind.values()) {
            String name = kind.name().toLowerCase(Locale.ROOT);
            if (line.has(name)) {
                return Optional.of(entry(kind, new Params(new Params(line).object(name))));
            }
        }
        return Optional.empty();
    }

    private static Entry entry(Entry.Kind kind, Params fields) throws RpcException {
        AgentName agent = MemoryMethods.parse(fields.string("agent"), AgentName::new, "entry");
        Actor actor = new Actor(
                agent,
                fields.integer("run", 0, Long.MAX_VALUE),
                fields.string("manifest"),
                List.of(),
                List.of(),
                Long.MAX_VALUE,
                Long.MAX_VALUE);
        return new Entry(kind, kind == Entry.Kind.ENTRY ? fields.string("key") : "", id(fields.string("node")), actor);
    }

    private static long append(Writes writes, List<Entry> entries) throws SQLException, RpcException {
        Set<String> kept = new HashSet<>();
        for (Entry entry : entries) {
            if (!writes.has(entry.node())) {
                throw bad("a line names a node that is not in the file");
            }
            if (entry.kind() != Entry.Kind.ENTRY) {
                continue;
            }
            Node node = writes.node(entry.node()).orElseThrow();
            if (!node.key().text().equals(entry.key())) {
                throw bad("an entry of " + entry.key() + " names a node of " + node.key());
            }
            if (writes.knows(node.key())) {
                kept.add(entry.key());
            }
        }
        long taken = 0;
        for (Entry entry : entries) {
            switch (entry.kind()) {
                case READ -> writes.read(entry.actor(), entry.node(), writes.lastSeq());
                case ORIGIN -> writes.importOrigin(entry.actor(), entry.node());
                case ENTRY -> {
                    if (kept.contains(entry.key())) {
                        writes.importOrigin(entry.actor(), entry.node());
                    } else {
                        writes.again(entry.actor(), entry.node());
                        taken++;
                    }
                }
            }
        }
        return taken;
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
        return MemoryMethods.parse(text, NodeId::new, "transfer");
    }

    private static RpcException bad(String problem) {
        return Prepared.invalid("EXPORT", "transfer: " + problem, "transfer");
    }
}
