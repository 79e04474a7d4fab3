package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.Backup;
import dev.nullbox.ctxgraph.store.Committer;
import dev.nullbox.ctxgraph.store.IntegrityCheck;
import dev.nullbox.ctxgraph.store.Prepared;
import dev.nullbox.ctxgraph.store.Quarantines;
import dev.nullbox.ctxgraph.store.Rewind;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.ctxgraph.store.Trace;
import dev.nullbox.ctxgraph.transfer.Exports;
import dev.nullbox.ctxgraph.transfer.Imports;
import dev.nullbox.ctxgraph.transfer.Transfers;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Base64;
import java.util.List;
import java.util.Map;

/** What only operators may ask, as the table in {@link MemoryMethods} tells. */
public final class OperatorMethods {
    private static final int DEFAULT_TRACE = 100;
    private static final int MAX_TRACE = 1_000;
    private static final int MAX_REASON = 200;

    private final SqliteMemory memory;
    private final Path database;
    private final Transfers transfers;
    private final IntegrityCheck check;
    private final EventSink events;
    private final Runnable restart;

    /**
     * @param restart ends the process in order, to be started anew; returns at once
     */
    public OperatorMethods(
            SqliteMemory memory,
            Path database,
            Transfers transfers,
            IntegrityCheck check,
            EventSink events,
            Runnable restart) {
        this.memory = memory;
        this.database = database;
        this.transfers = transfers;
        this.check = check;
        this.events = events;
        this.restart = restart;
    }

    /** The names after {@code memory.}. */
    public static final List<String> NAMES = List.of(
            "trace",
            "quarantine",
            "quarantines",
            "release",
            "rewind",
            "status",
            "backup",
            "export",
            "transfer.read",
            "transfer.write",
            "transfer.drop",
            "import",
            "restore");

    /**
     * One call of an operator.
     *
     * @throws RpcException as the table says
     */
    public JsonElement call(String name, JsonObject json) throws RpcException {
        Params params = new Params(json);
        try {
            return switch (name) {
                case "trace" -> trace(params);
                case "quarantine" -> quarantine(params);
                case "quarantines" -> quarantines(params);
                case "release" -> release(params);
                case "rewind" -> rewind(params);
                case "status" -> status(params);
                case "backup" -> backup(params);
                case "export" -> export(params);
                case "transfer.read" -> read(params);
                case "transfer.write" -> write(params);
                case "transfer.drop" -> drop(params);
                case "import" -> importFile(params);
                case "restore" -> restore(params);
                default -> throw new IllegalArgumentException("no such method: " + name);
            };
        } catch (IOException e) {
            throw new RpcException(
                    RpcException.Code.UNAVAILABLE, "STORE", "the disk did not take or give it: " + e.getMessage());
        } catch (SQLException e) {
            throw Committer.unavailable(e);
        }
    }

    private JsonElement trace(Params params) throws RpcException {
        NodeId id = Prepared.parse(params.string("id"), NodeId::new, "id");
        String direction = params.optionalString("direction").orElse("ancestors");
        int max = (int) params.optionalInteger("max", 1, MAX_TRACE, DEFAULT_TRACE);
        params.done();
        if (!direction.equals("ancestors") && !direction.equals("descendants")) {
            throw Prepared.invalid("SYNTAX", "direction: must be ancestors or descendants", "direction");
        }
        return memory.readers().read(sql -> Trace.of(sql, id, direction.equals("ancestors"), max));
    }

    private JsonElement quarantine(Params params) throws RpcException {
        String name = params.string("influenced_by");
        Source source = Prepared.parse(name, Source::parse, "influenced_by");
        String reason = params.optionalString("reason").orElse("");
        params.done();
        if (reason.length() > MAX_REASON) {
            throw Prepared.invalid("OUT_OF_RANGE", "reason: at most " + MAX_REASON + " characters", "reason");
        }
        Quarantines.Held held = memory.committer().change(writes -> Quarantines.put(writes, source, reason));
        JsonObject result = new JsonObject();
        result.addProperty("quarantine", held.quarantine());
        result.addProperty("nodes", held.nodes());
        events.emit(
                "memory.quarantined",
                Map.of("quarantine", held.quarantine(), "influenced_by", name, "nodes", held.nodes()));
        return result;
    }

    private JsonElement quarantines(Params params) throws RpcException {
        params.done();
        JsonArray all = new JsonArray();
        memory.readers().read(sql -> {
            sql.each(
                    "SELECT q, source, reason, seq, (SELECT count(*) FROM quarantined WHERE quarantined.q ="
                            + " quarantines.q) FROM quarantines ORDER BY q LIMIT 1000",
                    row -> {
                        JsonObject one = new JsonObject();
                        one.addProperty("quarantine", row.getLong(1));
                        one.addProperty("influenced_by", row.getString(2));
                        one.addProperty("reason", row.getString(3));
                        one.addProperty("seq", row.getLong(4));
                        one.addProperty("nodes", row.getLong(5));
                        all.add(one);
                        return true;
                    });
            return all.size();
        });
        return object("quarantines", all);
    }

    private JsonElement release(Params params) throws RpcException {
        long quarantine = params.integer("quarantine", 1, Long.MAX_VALUE);
        params.done();
        int nodes = memory.committer().change(writes -> Quarantines.release(writes, quarantine));
        events.emit("memory.released", Map.of("quarantine", quarantine, "nodes", nodes));
        JsonObject result = new JsonObject();
        result.addProperty("nodes", nodes);
        return result;
    }

    private JsonElement rewind(Params params) throws RpcException {
        MemoryKey key = Prepared.parse(params.string("key"), MemoryKey::new, "key");
        long to = params.integer("to", 1, Long.MAX_VALUE);
        params.done();
        Memory.Written written = memory.committer().change(writes -> Rewind.apply(writes, key, to));
        events.emit(
                "memory.rewound",
                Map.of("key", key.text(), "to", to, "id", written.id().hex(), "seq", written.seq()));
        return Answers.written(written);
    }

    private JsonElement status(Params params) throws RpcException {
        params.done();
        return memory.readers().read(sql -> {
            JsonObject usage = new JsonObject();
            sql.each("SELECT name, bytes FROM agents ORDER BY name LIMIT 1000", row -> {
                usage.addProperty(row.getString(1), row.getLong(2));
                return true;
            });
            JsonObject result = new JsonObject();
            // Nodes and keys are never removed, so that the last number is how many there are.
            result.addProperty("nodes", sql.number("SELECT max(n) FROM nodes"));
            result.addProperty("keys", sql.number("SELECT max(k) FROM keys"));
            result.addProperty("seq", sql.number("SELECT max(seq) FROM log"));
            result.addProperty("bytes", sql.number("PRAGMA page_count") * sql.number("PRAGMA page_size"));
            result.add("usage", usage);
            result.addProperty("check", check.done() ? "done" : "running");
            result.add("damaged", texts(check.found()));
            return result;
        });
    }

    private JsonElement backup(Params params) throws IOException, SQLException, RpcException {
        params.done();
        String transfer = transfers.make();
        List<String> damaged = Backup.take(database, transfers.file(transfer));
        JsonObject result = describe(transfer);
        result.add("damaged", texts(damaged));
        return result;
    }

    private JsonElement export(Params params) throws IOException, SQLException, RpcException {
        String prefix = params.optionalString("prefix").orElse("");
        List<NodeId> ids = params.has("ids") ? MemoryMethods.ids(params, "ids") : List.of();
        params.done();
        String transfer = transfers.make();
        Exports.Counts counts = Exports.write(database, transfers.file(transfer), prefix, ids);
        JsonObject result = describe(transfer);
        result.addProperty("nodes", counts.nodes());
        result.addProperty("held", counts.held());
        return result;
    }

    private JsonObject describe(String transfer) throws IOException, RpcException {
        Path file = transfers.file(transfer);
        JsonObject result = new JsonObject();
        result.addProperty("transfer", transfer);
        result.addProperty("bytes", Files.size(file));
        result.addProperty("sha256", Transfers.sha256(file));
        return result;
    }

    private JsonElement read(Params params) throws IOException, RpcException {
        String transfer = params.string("transfer");
        long offset = params.integer("offset", 0, Long.MAX_VALUE);
        params.done();
        byte[] piece = transfers.read(transfer, offset);
        JsonObject result = new JsonObject();
        result.addProperty("data", Base64.getEncoder().encodeToString(piece));
        result.addProperty("eof", offset + piece.length >= Files.size(transfers.file(transfer)));
        return result;
    }

    private JsonElement write(Params params) throws IOException, RpcException {
        long offset = params.integer("offset", 0, Long.MAX_VALUE);
        byte[] data = params.base64("data");
        String transfer = params.has("transfer") ? params.string("transfer") : transfers.make();
        params.done();
        JsonObject result = new JsonObject();
        result.addProperty("transfer", transfer);
        result.addProperty("bytes", transfers.write(transfer, offset, data));
        return result;
    }

    private JsonElement drop(Params params) throws IOException, RpcException {
        String transfer = params.string("transfer");
        params.done();
        transfers.drop(transfer);
        return new JsonObject();
    }

    private JsonElement importFile(Params params) throws IOException, RpcException {
        String transfer = params.string("transfer");
        params.done();
        Imports.Result taken = Imports.read(memory.committer(), transfers.file(transfer));
        events.emit("memory.imported", Map.of("nodes", taken.nodes(), "entries", taken.entries()));
        JsonObject result = new JsonObject();
        result.addProperty("nodes", taken.nodes());
        result.addProperty("entries", taken.entries());
        result.addProperty("chunks", taken.chunks());
        return result;
    }

    private JsonElement restore(Params params) throws IOException, RpcException {
        String transfer = params.string("transfer");
        String sha256 = params.string("sha256");
        boolean withDamage = params.optionalBool("with_damage", false);
        params.done();
        List<String> damaged = Backup.prepare(database, transfers.whole(transfer, sha256), withDamage);
        events.emit("memory.restoring", Map.of("sha256", sha256));
        restart.run();
        JsonObject result = new JsonObject();
        result.addProperty("restarting", true);
        result.add("damaged", texts(damaged));
        return result;
    }

    private static JsonArray texts(List<String> lines) {
        JsonArray texts = new JsonArray();
        lines.forEach(texts::add);
        return texts;
    }

    private static JsonObject object(String name, JsonElement value) {
        JsonObject object = new JsonObject();
        object.add(name, value);
        return object;
    }
}
