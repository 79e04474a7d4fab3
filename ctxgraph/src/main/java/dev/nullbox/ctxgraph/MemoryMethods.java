package dev.nullbox.ctxgraph;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.EventSink;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What the Unix socket and the agents' doors offer, as JSON-RPC methods {@code memory.*}; parameters with {@code ?} may
 * be left out. KEY is a full key {@code SPACE/...}; an agent's key of one segment means {@code OWN-NAME/KEY}. ID is 64
 * hexadecimal digits. SOURCE is an agent's name or an ID. HEAD is {@code {key, id, seq, agent, run, kind, bytes,
 * quarantined}} with kind {@code "value"}, {@code "blob"} or {@code "tombstone"}.
 *
 * <pre>
 * callers  method       parameters                                        result
 * all      put          key, value | blob:{chunks:[ID],type?},            {id, seq}
 *                       parents?:[ID], vector?:[number],
 *                       expect?: ID | seq | null (nothing there)
 * all      delete       key, expect?                                      {id, seq}
 * all      get          key | id, not_influenced_by?:[SOURCE]             {id, key, kind, value, seq, agent, run, parents}
 * all      head         key                                               HEAD
 * all      history      key, before?: seq, max? (100, to 1000)            {entries:[HEAD], next?: seq for before}
 * all      list         prefix?, after?: key, max? (100, to 1000),        {entries:[HEAD], next?: key for after}
 *                       not_influenced_by?:[SOURCE]
 * all      search       text? | vector?:[number], prefix?, max?           {hits:[{key, id, seq, score, snippet}]}
 *                       (20, to 100), not_influenced_by?:[SOURCE]
 * all      watch        prefix?, after: seq, wait_ms? (to 20000)          {entries:[HEAD], after: seq for the next call}
 * all      chunk.put    data: base64, to 512 KiB of bytes                 {chunk: ID, bytes}
 * all      chunk.get    id, index                                         {data: base64, chunks, size}
 * operator trace        id, direction? "ancestors"|"descendants",         {nodes:[{id, key, kind, seq, agent, run,
 *                       max? (100, to 1000)                                manifest, parents:[ID], reads:[ID],
 *                                                                          contacts:[string], quarantined}], complete}
 * operator quarantine   influenced_by: SOURCE, reason?                    {quarantine: number, nodes: number}
 * operator quarantines                                                    {quarantines:[{quarantine, influenced_by,
 *                                                                          reason, seq, nodes}]}
 * operator release      quarantine: number                                {nodes: number}
 * operator rewind       key, to: seq                                      {id, seq}
 * operator status                                                         {nodes, keys, seq, bytes, usage:{agent: bytes},
 *                                                                          check:"running|done", damaged:[ID]}
 * operator backup                                                         {transfer, bytes, sha256}
 * operator export       prefix? | ids?:[ID]                               {transfer, bytes, sha256, nodes}
 * operator transfer.read   transfer, offset                               {data: base64, eof}
 * operator transfer.write  transfer?, offset, data: base64                {transfer, bytes}
 * operator transfer.drop   transfer                                       {}
 * operator import       transfer                                          {nodes, entries, chunks}
 * operator restore      transfer, sha256                                  {restarting: true}
 * root     attach       agent, address, port, run?, manifest?, read?,     {agent, address, port}
 *                       write?, max_mb?, max_writes_per_minute?
 * root     detach       agent                                             {detached}
 * </pre>
 *
 * Operators are root and the gateway. A backup or export is read piece by piece with transfer.read (512 KiB at a time)
 * until eof, then dropped; for import and restore the file is sent with transfer.write (the first without transfer).
 * Transfers are gone after a restart, and the oldest goes when there are more than four.
 *
 * <p>Errors (code, detail): DENIED SCOPE; NOT_FOUND NOT_FOUND; CONFLICT HEAD (an expect that is not met), QUARANTINED,
 * INFLUENCED; INVALID_PARAMS with the field: SYNTAX, NUMBER, VALUE_TOO_LARGE, QUERY, PARENT, CHUNK; UNAVAILABLE
 * QUOTA_RATE, QUOTA_SPACE, STORE; INTERNAL DAMAGED.
 */
final class MemoryMethods {
    /** Bytes of a value, canonical or as answered: leaves room for the rest of a message of 1 MiB. */
    static final int MAX_VALUE_BYTES = (1 << 20) - (1 << 14);

    /** Requests of agents that are parsed and held as trees at once; the store takes one at a time anyway. */
    private static final int TURNS = 2;

    private final Semaphore turns = new Semaphore(TURNS, true);
    private final MemoryStore store;
    private final EventSink events;

    MemoryMethods(MemoryStore store, EventSink events) {
        this.store = store;
        this.events = events;
    }

    /**
     * Puts a value under a key: {@code {key, value}} gives {@code {id, seq}}.
     *
     * @throws RpcException INVALID_PARAMS naming the field; UNAVAILABLE when the disk does not take it
     */
    JsonElement put(AgentName agent, Params params) throws RpcException {
        MemoryKey key = parse(params.string("key"), text -> MemoryKey.of(agent, text), "key");
        JsonElement value = params.any("value");
        params.done();
        Node node = new Node(agent, key, value);
        byte[] canonical;
        try {
            canonical = node.canonical();
            int bytes =
                    Math.max(Jcs.canonical(value).getBytes(StandardCharsets.UTF_8).length, Json.bytes(value).length);
            if (bytes > MAX_VALUE_BYTES) {
                String message = "value: has " + bytes + " bytes, at most " + MAX_VALUE_BYTES + " are kept";
                throw new RpcException(RpcException.Code.INVALID_PARAMS, "VALUE_TOO_LARGE", message, "value");
            }
        } catch (Jcs.UnrepresentableException e) {
            throw new RpcException(RpcException.Code.INVALID_PARAMS, "NUMBER", "value: " + e.getMessage(), "value");
        }
        MemoryStore.Written written;
        try {
            written = store.put(node, canonical);
        } catch (SQLException e) {
            throw unavailable(e);
        }
        events.emit(
                "memory.write",
                Map.of(
                        "agent",
                        agent.text(),
                        "key",
                        key.text(),
                        "id",
                        written.id().hex()));
        JsonObject result = new JsonObject();
        result.addProperty("id", written.id().hex());
        result.addProperty("seq", written.seq());
        return result;
    }

    /**
     * Gets a key's last value or one node: {@code {key}} or {@code {id}} gives {@code {id, key, value, seq}}.
     *
     * @throws RpcException INVALID_PARAMS naming the field; NOT_FOUND, also for another agent's node; INTERNAL, DAMAGED
     *     for a node whose content does not match its id
     */
    JsonElement get(AgentName agent, Params params) throws RpcException {
        Optional<String> key = params.optionalString("key");
        Optional<String> id = params.optionalString("id");
        params.done();
        if (key.isPresent() == id.isPresent()) {
            throw new RpcException(RpcException.Code.INVALID_PARAMS, "KEY_OR_ID", "key: give either key or id", "key");
        }
        MemoryStore.Entry entry;
        try {
            entry = (key.isPresent()
                            ? store.head(agent, parse(key.get(), text -> MemoryKey.of(agent, text), "key"))
                            : store.node(agent, parse(id.orElseThrow(), NodeId::new, "id")))
                    .orElseThrow(() -> new RpcException(
                            RpcException.Code.NOT_FOUND,
                            "NOT_FOUND",
                            agent + " has put nothing there",
                            key.isPresent() ? "key" : "id"));
        } catch (SQLException e) {
            throw unavailable(e);
        } catch (MemoryStore.DamagedException e) {
            throw new RpcException(RpcException.Code.INTERNAL, "DAMAGED", String.valueOf(e.getMessage()));
        }
        JsonObject result = new JsonObject();
        result.addProperty("id", entry.id().hex());
        result.addProperty("key", entry.node().key().text());
        result.add("value", entry.node().value());
        result.addProperty("seq", entry.seq());
        return result;
    }

    /**
     * Runs a request of an agent when its turn comes, first come first served: an agent with all its threads in the queue
     * delays another one by these few requests only.
     */
    <T> T inTurn(Supplier<T> request) {
        turns.acquireUninterruptibly();
        try {
            return request.get();
        } finally {
            turns.release();
        }
    }

    /** A validated name, or INVALID_PARAMS with the field. */
    static <T> T parse(String text, Function<String, T> type, String field) throws RpcException {
        try {
            return type.apply(text);
        } catch (IllegalArgumentException e) {
            throw new RpcException(RpcException.Code.INVALID_PARAMS, "SYNTAX", field + ": " + e.getMessage(), field);
        }
    }

    private static RpcException unavailable(SQLException e) {
        return new RpcException(
                RpcException.Code.UNAVAILABLE, "STORE", "the database did not take or give it: " + e.getMessage());
    }
}
