package dev.nullbox.ctxgraph.api;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.Actor;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Memory for a reader who wants no value that one of the sources has influenced, whatever else a request asks for. Heads
 * are told of all keys: they hold no value.
 */
final class Uninfluenced implements Memory {
    private static final Set<String> GIVE_VALUES =
            Set.of("memory.get", "memory.list", "memory.search", "memory.chunk.get");

    private final Memory memory;
    private final List<Source> sources;

    Uninfluenced(Memory memory, List<Source> sources) {
        this.memory = memory;
        this.sources = List.copyOf(sources);
    }

    /** The methods, of which those that give values leave out the same. */
    static HttpService.Methods methods(HttpService.Methods methods, List<Source> sources) {
        return (actor, method, params) ->
                methods.call(actor, method, GIVE_VALUES.contains(method) ? without(params, sources) : params);
    }

    /** What is there and no list is left for the method to refuse. */
    private static JsonObject without(JsonObject params, List<Source> sources) {
        JsonElement asked = params.get("not_influenced_by");
        if (asked != null && !asked.isJsonArray()) {
            return params;
        }
        JsonArray all = asked == null ? new JsonArray() : asked.getAsJsonArray().deepCopy();
        sources.forEach(source -> all.add(source.text()));
        JsonObject narrowed = params.deepCopy();
        narrowed.add("not_influenced_by", all);
        return narrowed;
    }

    private List<Source> with(List<Source> more) {
        List<Source> all = new ArrayList<>(sources);
        all.addAll(more);
        return all;
    }

    @Override
    public List<Written> write(Actor actor, List<Put> puts) throws RpcException {
        return memory.write(actor, puts);
    }

    @Override
    public Optional<Entry> get(Actor actor, MemoryKey key, List<Source> without) throws RpcException {
        return memory.get(actor, key, with(without));
    }

    @Override
    public Optional<Entry> node(Actor actor, NodeId id, List<Source> without) throws RpcException {
        return memory.node(actor, id, with(without));
    }

    @Override
    public Optional<Head> head(Actor actor, MemoryKey key) throws RpcException {
        return memory.head(actor, key);
    }

    @Override
    public Page<Head> history(Actor actor, MemoryKey key, long before, int max) throws RpcException {
        return memory.history(actor, key, before, max);
    }

    @Override
    public Page<Head> list(Actor actor, String prefix, String after, int max, List<Source> without)
            throws RpcException {
        return memory.list(actor, prefix, after, max, with(without));
    }

    @Override
    public Page<Entry> entries(Actor actor, String prefix, String after, int max, List<Source> without)
            throws RpcException {
        return memory.entries(actor, prefix, after, max, with(without));
    }

    @Override
    public List<Hit> search(Actor actor, Query query) throws RpcException {
        return memory.search(
                actor, new Query(query.text(), query.vector(), query.prefix(), query.max(), with(query.without())));
    }

    @Override
    public Watch watch(Actor actor, String prefix, long after) throws RpcException {
        return memory.watch(actor, prefix, after);
    }

    @Override
    public void close() throws RpcException {
        memory.close();
    }
}
