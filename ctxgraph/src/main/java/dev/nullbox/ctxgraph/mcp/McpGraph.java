package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.HeapCost;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/** A knowledge graph as the common memory server has it, kept in the store: see {@link McpGraphStore}. */
final class McpGraph {
    /** Bytes of JSON in one result. */
    static final int MAX_RESULT_BYTES = 1 << 20;

    /** Heap cost of one result; more than that of ordinary entities and relations of the same size. */
    private static final long MAX_RESULT_COST = 16 << 20;

    private final McpGraphStore store;
    private final McpGraphChanges changes;

    /**
     * @param space the first segments of the graph's keys, as {@code "ada"} or {@code "team/research"}
     */
    McpGraph(MemoryMethods methods, Principal principal, String space) {
        this.store = new McpGraphStore(methods, principal, space);
        this.changes = new McpGraphChanges(store);
    }

    /** Changes to this graph. */
    McpGraphChanges changes() {
        return changes;
    }

    /** Tells whether a write to the key changes the graph. */
    boolean holds(MemoryKey key) {
        return store.holds(key);
    }

    /** The whole graph, as {@code {entities, relations}}. */
    JsonObject read() throws RpcException {
        return part(entity -> true, relation -> true, Optional.empty());
    }

    /**
     * The entities in whose name, type or observations the text occurs, whatever the case, and the relations from and
     * to them.
     */
    JsonObject search(String query) throws RpcException {
        String wanted = query.toLowerCase(Locale.ROOT);
        Predicate<String> found = text -> text.toLowerCase(Locale.ROOT).contains(wanted);
        Set<String> names = new HashSet<>();
        Predicate<JsonObject> matches = entity -> (found.test(McpGraphStore.text(entity, "name"))
                        || found.test(McpGraphStore.text(entity, "entityType"))
                        || entity.getAsJsonArray("observations").asList().stream()
                                .anyMatch(observation -> found.test(observation.getAsString())))
                && names.add(McpGraphStore.text(entity, "name"));
        return part(matches, relation -> McpGraphStore.touches(relation, names), Optional.empty());
    }

    /** The entities of these names, and the relations from and to them. */
    JsonObject open(List<String> names) throws RpcException {
        Set<String> found = new HashSet<>();
        return part(
                entity -> found.add(McpGraphStore.text(entity, "name")),
                relation -> McpGraphStore.touches(relation, found),
                Optional.of(new LinkedHashSet<>(names)));
    }

    private JsonObject part(Predicate<JsonObject> wanted, Predicate<JsonObject> related, Optional<Set<String>> names)
            throws RpcException {
        store.requireReadable();
        Result found = new Result();
        McpGraphStore.Visitor visitor = (entry, entity) -> {
            if (wanted.test(entity)) {
                found.entities.add(found.measured(entity));
            }
        };
        if (names.isPresent()) {
            for (String name : names.get()) {
                Optional<Memory.Entry> entry = store.entity(name);
                if (entry.isPresent()
                        && entry.get().node().value() instanceof JsonObject entity
                        && McpGraphStore.isEntity(entity)) {
                    visitor.visit(entry.get(), entity);
                }
            }
        } else {
            store.eachEntity(visitor);
        }
        store.eachRelation((entry, relation) -> {
            if (related.test(relation)) {
                found.relations.add(found.measured(relation));
            }
        });
        return found.json();
    }

    /** Result that grows up to its limit. */
    private static final class Result {
        private final JsonArray entities = new JsonArray();
        private final JsonArray relations = new JsonArray();
        private long bytes;
        private long cost;

        JsonObject measured(JsonObject item) throws RpcException {
            byte[] json = Json.bytes(item);
            bytes += json.length;
            cost += HeapCost.of(json);
            if (bytes > MAX_RESULT_BYTES || cost > MAX_RESULT_COST) {
                throw new RpcException(
                        ErrorKind.INVALID_PARAMS,
                        CallReason.RESULT_TOO_LARGE,
                        "the result has more than " + MAX_RESULT_BYTES
                                + " bytes, or too many values: use search_nodes with a narrower query, or open_nodes",
                        "");
            }
            return item;
        }

        JsonObject json() {
            JsonObject graph = new JsonObject();
            graph.add("entities", entities);
            graph.add("relations", relations);
            return graph;
        }
    }
}
