package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.admission.HttpPlaces;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.Blob;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.ctxgraph.store.Prepared;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What the Unix socket and the agents' doors offer, as JSON-RPC methods {@code memory.*}; parameters with {@code ?} may
 * be left out. KEY is a full key {@code SPACE/...}; an agent's key of one segment means {@code OWN-NAME/KEY}. ID is 64
 * hexadecimal digits. SOURCE is an agent's name or an ID. HEAD is {@code {key, id, seq, agent, run, kind, bytes,
 * quarantined}} with kind {@code "value"}, {@code "blob"} or {@code "tombstone"}. DAMAGE is {@code "node ID"},
 * {@code "chunk ID"}, or what SQLite says of its tables. In a trace seq, run and manifest of a node are those of its
 * first write; of all its writes 20 are told, in their order, those made before an import with seq 0.
 *
 * <pre>
 * callers  method       parameters                                        result
 * all      put          key, value | blob:{chunks:[ID],type?},            {id, seq}
 *                       parents?:[ID], vector?:[number],
 *                       expect?: ID | seq | null (nothing there)
 * all      delete       key, expect?                                      {id, seq}
 * all      get          key | id, not_influenced_by?:[SOURCE]             {id, key, kind, value, seq, agent, parents}
 * all      head         key                                               HEAD
 * all      history      key, before?: seq, max? (100, to 1000)            {entries:[HEAD], next?: seq for before}
 * all      list         prefix?, after?: key, max? (100, to 1000),        {entries:[HEAD], next?: key for after}
 *                       not_influenced_by?:[SOURCE]
 * all      search       text? | vector?:[number], prefix?, max?           {hits:[{key, id, seq, score?, snippet}]}
 *                       (20, to 100), not_influenced_by?:[SOURCE]
 * all      watch        prefix?, after: seq, wait_ms? (to 20000)          {entries:[HEAD], after: seq for the next call}
 * all      chunk.put    data: base64, to 512 KiB of bytes                 {chunk: ID, bytes}
 * all      chunk.get    id, index, not_influenced_by?:[SOURCE]            {data: base64, chunks, size}
 * operator trace        id, direction? "ancestors"|"descendants",         {nodes:[{id, key, kind, seq, agent, run,
 *                       max? (100, to 1000)                                manifest, writes:[{seq, agent, run, manifest,
 *                                                                          contacts:[string]}], parents:[ID],
 *                                                                          reads:[ID], contacts:[string],
 *                                                                          quarantined}], complete}
 * operator quarantine   influenced_by: SOURCE, reason?                    {quarantine: number, nodes: number}
 * operator quarantines                                                    {quarantines:[{quarantine, influenced_by,
 *                                                                          reason, seq, nodes}]}
 * operator release      quarantine: number                                {nodes: number}
 * operator rewind       key, to: seq                                      {id, seq}
 * operator status                                                         {nodes, keys, seq, bytes, usage:{agent: bytes},
 *                                                                          check:"running|done", damaged:[DAMAGE]}
 * operator backup                                                         {transfer, bytes, sha256, damaged:[DAMAGE]}
 * operator export       prefix? | ids?:[ID]                               {transfer, bytes, sha256, nodes, held}
 * operator transfer.read   transfer, offset                               {data: base64, eof}
 * operator transfer.write  transfer?, offset, data: base64                {transfer, bytes}
 * operator transfer.drop   transfer                                       {}
 * operator import       transfer                                          {nodes, entries, chunks}
 * operator restore      transfer, sha256, with_damage?: bool              {restarting: true, damaged:[DAMAGE]}
 * root     attach       agent, address, port, run?, manifest?, read?,     {agent, address, port}
 *                       write?, max_mb?, max_writes_per_minute?
 * root     detach       agent                                             {detached}
 * </pre>
 *
 * Operators are root and the gateway. A backup or export is read piece by piece with transfer.read (512 KiB at a time)
 * until eof, then dropped; for import and restore the file is sent with transfer.write (the first without transfer).
 * Transfers are gone after a restart, and the oldest goes when there are more than four.
 *
 * <p>Errors (code, detail): DENIED SCOPE; NOT_FOUND NOT_FOUND; CONFLICT HEAD (an expect that is not met), AHEAD, QUARANTINED,
 * INFLUENCED; INVALID_PARAMS with the field: SYNTAX, NUMBER, VALUE_TOO_LARGE, QUERY, PARENT, CHUNK; UNAVAILABLE
 * QUOTA_RATE, QUOTA_SPACE, STORE, BUSY, TOO_MANY; INTERNAL DAMAGED.
 */
public final class MemoryMethods {
    private static final int DEFAULT_PAGE = 100;
    private static final int MAX_PAGE = 1_000;
    private static final int DEFAULT_HITS = 20;
    private static final int MAX_WAIT_MS = 20_000;

    /** How long a large request waits for its place. */
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final SqliteMemory memory;
    private final EventSink events;

    public MemoryMethods(SqliteMemory memory, EventSink events) {
        this.memory = memory;
        this.events = events;
    }

    /** What the agents' doors open to. */
    public HttpService service() {
        return new HttpService(memory, this::call, memory.turns(), new HttpPlaces(PATIENCE), events);
    }

    /**
     * One call of who the channel says.
     *
     * @throws RpcException as the table says; NO_METHOD for a method that is not for all
     */
    public JsonElement call(Actor actor, String method, JsonObject params) throws RpcException {
        Params named = new Params(params);
        return switch (method) {
            case "memory.put" -> put(actor, named);
            case "memory.delete" -> delete(actor, named);
            case "memory.get" -> get(actor, named);
            case "memory.head" -> head(actor, named);
            case "memory.history" -> history(actor, named);
            case "memory.list" -> list(actor, named);
            case "memory.search" -> search(actor, named);
            case "memory.watch" -> watch(actor, named);
            case "memory.chunk.put" -> putChunk(actor, named);
            case "memory.chunk.get" -> getChunk(actor, named);
            default ->
                throw new RpcException(
                        RpcException.Code.NO_METHOD, "NO_METHOD", "there is no method " + method + " here", "method");
        };
    }

    private JsonElement put(Actor actor, Params params) throws RpcException {
        MemoryKey key = key(actor, params);
        List<NodeId> parents = params.has("parents") ? ids(params, "parents") : List.of();
        List<Float> vector = Arguments.vector(params, "vector");
        Put.Expect expect = Arguments.expect(params);
        Put put;
        if (params.has("blob")) {
            JsonElement blob = blob(actor, params.object("blob"));
            put = new Put(key, Node.Kind.BLOB, blob, parents, expect, vector);
        } else {
            put = new Put(key, Node.Kind.VALUE, params.any("value"), parents, expect, vector);
        }
        params.done();
        return written(actor, key, memory.put(actor, put));
    }

    private JsonElement blob(Actor actor, JsonObject blob) throws RpcException {
        Params params = new Params(blob);
        List<NodeId> chunks = ids(params, "chunks");
        String type = params.optionalString("type").orElse("");
        params.done();
        return memory.blob(actor, chunks, type).encode();
    }

    private JsonElement delete(Actor actor, Params params) throws RpcException {
        MemoryKey key = key(actor, params);
        Put.Expect expect = Arguments.expect(params);
        params.done();
        return written(
                actor,
                key,
                expect instanceof Put.Anything
                        ? memory.delete(actor, key)
                        : memory.put(actor, Put.tombstone(key, expect)));
    }

    private JsonElement written(Actor actor, MemoryKey key, Memory.Written written) {
        tell(events, actor, key, written);
        return Answers.written(written);
    }

    /** The event of a write. */
    static void tell(EventSink events, Actor actor, MemoryKey key, Memory.Written written) {
        String id = written.id().hex();
        events.emit(
                "memory.write",
                Map.of("agent", actor.agent().text(), "key", key.text(), "id", id, "seq", written.seq()));
    }

    private JsonElement get(Actor actor, Params params) throws RpcException {
        Optional<String> key = params.optionalString("key");
        Optional<String> id = params.optionalString("id");
        List<Source> without = Arguments.sources(params);
        params.done();
        if (key.isPresent() == id.isPresent()) {
            throw Prepared.invalid("KEY_OR_ID", "key: give either key or id", "key");
        }
        Optional<Memory.Entry> entry = key.isPresent()
                ? memory.get(actor, Prepared.parse(key.get(), actor::key, "key"), without)
                : memory.node(actor, Prepared.parse(id.orElseThrow(), NodeId::new, "id"), without);
        return Answers.entry(entry.orElseThrow(() -> new RpcException(
                RpcException.Code.NOT_FOUND,
                "NOT_FOUND",
                "there is nothing that " + actor.agent() + " may read",
                key.isPresent() ? "key" : "id")));
    }

    private JsonElement head(Actor actor, Params params) throws RpcException {
        MemoryKey key = key(actor, params);
        params.done();
        return Answers.head(memory.head(actor, key)
                .orElseThrow(() ->
                        new RpcException(RpcException.Code.NOT_FOUND, "NOT_FOUND", key + " holds nothing", "key")));
    }

    private JsonElement history(Actor actor, Params params) throws RpcException {
        MemoryKey key = key(actor, params);
        long before = params.optionalInteger("before", 0, Long.MAX_VALUE, Long.MAX_VALUE);
        int max = (int) params.optionalInteger("max", 1, MAX_PAGE, DEFAULT_PAGE);
        params.done();
        Memory.Page<Memory.Head> page = memory.history(actor, key, before, max);
        JsonObject result = Answers.heads(page.items());
        page.next().ifPresent(next -> result.addProperty("next", Long.parseLong(next)));
        return result;
    }

    private JsonElement list(Actor actor, Params params) throws RpcException {
        String prefix = params.optionalString("prefix").orElse("");
        String after = params.optionalString("after").orElse("");
        int max = (int) params.optionalInteger("max", 1, MAX_PAGE, DEFAULT_PAGE);
        List<Source> without = Arguments.sources(params);
        params.done();
        Memory.Page<Memory.Head> page = memory.list(actor, prefix, after, max, without);
        JsonObject result = Answers.heads(page.items());
        page.next().ifPresent(next -> result.addProperty("next", next));
        return result;
    }

    private JsonElement search(Actor actor, Params params) throws RpcException {
        Query query = new Query(
                params.optionalString("text").orElse(""),
                Arguments.vector(params, "vector"),
                params.optionalString("prefix").orElse(""),
                (int) params.optionalInteger("max", 1, Query.MAX_HITS, DEFAULT_HITS),
                Arguments.sources(params));
        params.done();
        JsonArray hits = new JsonArray();
        // A word's weight comes from all texts there are: by its number an agent could tell whether others have the
        // word.
        boolean scored = query.text().isEmpty() || actor.agent().equals(Actor.OPERATOR);
        memory.search(actor, query).forEach(hit -> hits.add(Answers.hit(hit, scored)));
        JsonObject result = new JsonObject();
        result.add("hits", hits);
        return result;
    }

    private JsonElement watch(Actor actor, Params params) throws RpcException {
        String prefix = params.optionalString("prefix").orElse("");
        long after = params.integer("after", 0, Long.MAX_VALUE);
        long waitMs = params.optionalInteger("wait_ms", 0, MAX_WAIT_MS, 0);
        params.done();
        try (Memory.Watch watch = memory.watch(actor, prefix, after)) {
            JsonObject result = Answers.heads(watch.next(Duration.ofMillis(waitMs)));
            result.addProperty("after", watch.position());
            return result;
        }
    }

    private JsonElement putChunk(Actor actor, Params params) throws RpcException {
        byte[] data = params.base64("data");
        params.done();
        NodeId chunk = memory.putChunk(actor, data);
        JsonObject result = new JsonObject();
        result.addProperty("chunk", chunk.hex());
        result.addProperty("bytes", data.length);
        return result;
    }

    private JsonElement getChunk(Actor actor, Params params) throws RpcException {
        NodeId id = Prepared.parse(params.string("id"), NodeId::new, "id");
        int index = (int) params.integer("index", 0, Blob.MAX_CHUNKS - 1);
        List<Source> without = Arguments.sources(params);
        params.done();
        Blob blob = memory.blob(actor, id, without);
        JsonObject result = new JsonObject();
        result.addProperty("data", Base64.getEncoder().encodeToString(memory.chunk(actor, id, index)));
        result.addProperty("chunks", blob.chunks().size());
        result.addProperty("size", blob.size());
        return result;
    }

    static List<NodeId> ids(Params params, String name) throws RpcException {
        List<NodeId> ids = new ArrayList<>();
        for (String id : params.strings(name)) {
            ids.add(Prepared.parse(id, NodeId::new, name + "[" + ids.size() + "]"));
        }
        return ids;
    }

    private static MemoryKey key(Actor actor, Params params) throws RpcException {
        return Prepared.parse(params.string("key"), actor::key, "key");
    }
}
