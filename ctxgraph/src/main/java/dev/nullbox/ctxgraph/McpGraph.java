package dev.nullbox.ctxgraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A knowledge graph as the common memory server has it, kept in the store: one key for each entity and each relation
 * below {@code SPACE/graph/}. Each change is one write of all its keys, on the condition that none of them has changed
 * since it was read; else it is made anew. So many may write at once and no change is lost.
 *
 * <p>Entities are {@code {name, entityType, observations}}, relations {@code {from, to, relationType}}. What someone else
 * put under these keys and is neither is passed over.
 */
final class McpGraph {
    /** Bytes of JSON in one result. */
    static final int MAX_RESULT_BYTES = 1 << 20;

    private static final int PAGE = 1_000;

    /** Keys that the store writes at once. A longer change is made in steps of so many, and may stop between them. */
    private static final int STEP = 64;

    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final HttpService service;
    private final Memory memory;
    private final Actor actor;
    private final String entities;
    private final String relations;

    /**
     * @param space the first segments of the graph's keys, as {@code "ada"} or {@code "team/research"}
     */
    McpGraph(HttpService service, Actor actor, String space) {
        this.service = service;
        this.memory = service.memory();
        this.actor = actor;
        this.entities = space + "/graph/entities/";
        this.relations = space + "/graph/relations/";
    }

    /** Whether a write to the key changes the graph. */
    boolean holds(MemoryKey key) {
        return key.text().startsWith(entities) || key.text().startsWith(relations);
    }

    /** Makes those of the entities that are not there yet, and gives these. */
    JsonArray createEntities(List<JsonObject> wanted) throws RpcException {
        Map<MemoryKey, JsonObject> byKey = new LinkedHashMap<>();
        for (JsonObject entity : wanted) {
            byKey.putIfAbsent(entityKey(text(entity, "name")), pick(entity, "name", "entityType", "observations"));
        }
        return createAbsent(List.copyOf(byKey.entrySet()));
    }

    /** Makes those of the relations that are not there yet, and gives these. */
    JsonArray createRelations(List<JsonObject> wanted) throws RpcException {
        Map<MemoryKey, JsonObject> byKey = new LinkedHashMap<>();
        for (JsonObject relation : wanted) {
            byKey.putIfAbsent(relationKey(relation), pick(relation, "from", "to", "relationType"));
        }
        return createAbsent(List.copyOf(byKey.entrySet()));
    }

    private JsonArray createAbsent(List<Map.Entry<MemoryKey, JsonObject>> wanted) throws RpcException {
        return inSteps(wanted, step -> {
            JsonArray created = new JsonArray();
            List<Put> puts = new ArrayList<>();
            for (Map.Entry<MemoryKey, JsonObject> one : step) {
                if (memory.head(actor, one.getKey()).isEmpty()) {
                    puts.add(Put.of(one.getKey(), one.getValue()).expecting(Optional.empty()));
                    created.add(one.getValue());
                }
            }
            write(puts);
            return created;
        });
    }

    /**
     * Adds observations that are not there yet: {@code {entityName, contents}} each.
     *
     * @return {@code {entityName, addedObservations}} for each
     * @throws RpcException also NOT_FOUND when an entity is not there; nothing is added then
     */
    JsonArray addObservations(List<JsonObject> additions) throws RpcException {
        for (JsonObject addition : additions) {
            String name = text(addition, "entityName");
            if (memory.head(actor, entityKey(name)).isEmpty()) {
                throw absent(name);
            }
        }
        return inSteps(additions, step -> {
            Changes changes = new Changes();
            JsonArray results = new JsonArray();
            for (JsonObject addition : step) {
                String name = text(addition, "entityName");
                JsonObject entity = changes.entity(name).orElseThrow(() -> absent(name));
                JsonArray known = entity.getAsJsonArray("observations");
                JsonArray added = new JsonArray();
                addition.getAsJsonArray("contents").forEach(content -> {
                    if (!known.contains(content)) {
                        added.add(content);
                    }
                });
                known.addAll(added);
                changes.note(name, !added.isEmpty());
                JsonObject result = new JsonObject();
                result.addProperty("entityName", name);
                result.add("addedObservations", added);
                results.add(result);
            }
            write(changes.puts());
            return results;
        });
    }

    /** Takes observations away: {@code {entityName, observations}} each; what is not there already is no error. */
    void deleteObservations(List<JsonObject> deletions) throws RpcException {
        inSteps(deletions, step -> {
            Changes changes = new Changes();
            for (JsonObject deletion : step) {
                String name = text(deletion, "entityName");
                Optional<JsonObject> entity = changes.entity(name);
                if (entity.isPresent()) {
                    JsonArray known = entity.get().getAsJsonArray("observations");
                    JsonArray gone = deletion.getAsJsonArray("observations");
                    int before = known.size();
                    known.asList().removeIf(gone::contains);
                    changes.note(name, known.size() < before);
                }
            }
            write(changes.puts());
            return new JsonArray();
        });
    }

    /** Deletes entities, and the relations from and to them. */
    void deleteEntities(List<String> names) throws RpcException {
        Set<String> gone = new HashSet<>(names);
        untilUndisturbed(() -> {
            List<Put> puts = new ArrayList<>();
            each(relations, (entry, relation) -> {
                if (isRelation(relation) && touches(relation, gone)) {
                    puts.add(Put.tombstone(entry.node().key(), new Put.Seq(entry.seq())));
                }
            });
            for (String name : new LinkedHashSet<>(names)) {
                tombstone(entityKey(name)).ifPresent(puts::add);
            }
            write(puts);
            return true;
        });
    }

    /** Deletes relations. */
    void deleteRelations(List<JsonObject> unwanted) throws RpcException {
        Set<MemoryKey> keys = new LinkedHashSet<>();
        unwanted.forEach(relation -> keys.add(relationKey(relation)));
        untilUndisturbed(() -> {
            List<Put> puts = new ArrayList<>();
            for (MemoryKey key : keys) {
                tombstone(key).ifPresent(puts::add);
            }
            write(puts);
            return true;
        });
    }

    /** All of it, as {@code {entities, relations}}. */
    JsonObject read() throws RpcException {
        return part(entity -> true, relation -> true, Optional.empty());
    }

    /**
     * The entities in whose name, type or observations the text occurs, whatever the case, and the relations from and to
     * them.
     */
    JsonObject search(String query) throws RpcException {
        String wanted = query.toLowerCase(Locale.ROOT);
        Predicate<String> found = text -> text.toLowerCase(Locale.ROOT).contains(wanted);
        Set<String> names = new HashSet<>();
        Predicate<JsonObject> matches = entity -> (found.test(text(entity, "name"))
                        || found.test(text(entity, "entityType"))
                        || entity.getAsJsonArray("observations").asList().stream()
                                .anyMatch(observation -> found.test(observation.getAsString())))
                && names.add(text(entity, "name"));
        return part(matches, relation -> touches(relation, names), Optional.empty());
    }

    /** The entities of these names, and the relations from and to them. */
    JsonObject open(List<String> names) throws RpcException {
        Set<String> found = new HashSet<>();
        return part(
                entity -> found.add(text(entity, "name")),
                relation -> touches(relation, found),
                Optional.of(new LinkedHashSet<>(names)));
    }

    private JsonObject part(Predicate<JsonObject> wanted, Predicate<JsonObject> related, Optional<Set<String>> names)
            throws RpcException {
        requireReadable();
        Result found = new Result();
        Visitor visitor = (entry, entity) -> {
            if (isEntity(entity) && wanted.test(entity)) {
                found.entities.add(found.measured(entity));
            }
        };
        if (names.isPresent()) {
            for (String name : names.get()) {
                Optional<Memory.Entry> entry = memory.get(actor, entityKey(name));
                if (entry.isPresent() && entry.get().node().value() instanceof JsonObject entity) {
                    visitor.visit(entry.get(), entity);
                }
            }
        } else {
            each(entities, visitor);
        }
        each(relations, (entry, relation) -> {
            if (isRelation(relation) && related.test(relation)) {
                found.relations.add(found.measured(relation));
            }
        });
        return found.json();
    }

    /** What a change reads and is about to write. */
    private final class Changes {
        private final Map<String, Optional<JsonObject>> working = new LinkedHashMap<>();
        private final Map<String, Long> read = new LinkedHashMap<>();
        private final Set<String> changed = new LinkedHashSet<>();

        Optional<JsonObject> entity(String name) throws RpcException {
            Optional<JsonObject> known = working.get(name);
            if (known == null) {
                Optional<Memory.Entry> entry = memory.get(actor, entityKey(name));
                known = entry.map(found -> found.node().value())
                        .filter(McpGraph::isEntity)
                        .map(value -> value.getAsJsonObject().deepCopy());
                working.put(name, known);
                entry.ifPresent(found -> read.put(name, found.seq()));
            }
            return known;
        }

        void note(String name, boolean isChanged) {
            if (isChanged) {
                changed.add(name);
            }
        }

        List<Put> puts() {
            List<Put> puts = new ArrayList<>();
            for (String name : changed) {
                JsonObject entity = working.getOrDefault(name, Optional.empty()).orElseThrow();
                Put.Expect unchanged = new Put.Seq(read.getOrDefault(name, 0L));
                puts.add(new Put(entityKey(name), Node.Kind.VALUE, entity, List.of(), unchanged, List.of()));
            }
            return puts;
        }
    }

    /** A part of the graph that grows to its limit. */
    private static final class Result {
        private final JsonArray entities = new JsonArray();
        private final JsonArray relations = new JsonArray();
        private long bytes;

        JsonObject measured(JsonObject item) throws RpcException {
            bytes += Json.write(item).length();
            if (bytes > MAX_RESULT_BYTES) {
                throw new RpcException(
                        RpcException.Code.INVALID_PARAMS,
                        "RESULT_TOO_LARGE",
                        "the result has more than " + MAX_RESULT_BYTES
                                + " bytes: use search_nodes with a narrower query, or open_nodes");
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

    @FunctionalInterface
    private interface Visitor {
        void visit(Memory.Entry entry, JsonObject value) throws RpcException;
    }

    @FunctionalInterface
    private interface Change<T> {
        T make() throws RpcException;
    }

    private void each(String prefix, Visitor visitor) throws RpcException {
        String after = "";
        while (true) {
            Memory.Page<Memory.Entry> page = memory.entries(actor, prefix, after, PAGE, List.of());
            for (Memory.Entry entry : page.items()) {
                if (entry.node().value() instanceof JsonObject value) {
                    visitor.visit(entry, value);
                }
            }
            if (page.next().isEmpty()) {
                return;
            }
            after = page.next().get();
        }
    }

    private static <T> T untilUndisturbed(Change<T> change) throws RpcException {
        long begun = System.nanoTime();
        while (true) {
            try {
                return change.make();
            } catch (RpcException e) {
                if (e.code() != RpcException.Code.CONFLICT || !"HEAD".equals(e.detail())) {
                    throw e;
                }
                if (System.nanoTime() - begun > PATIENCE.toNanos()) {
                    throw new RpcException(
                            RpcException.Code.CONFLICT, "BUSY", "others keep changing the same entities: try again");
                }
            }
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        JsonArray make(List<T> items) throws RpcException;
    }

    private static <T> JsonArray inSteps(List<T> items, Step<T> step) throws RpcException {
        JsonArray all = new JsonArray();
        for (int from = 0; from < items.size(); from += STEP) {
            List<T> some = items.subList(from, Math.min(items.size(), from + STEP));
            all.addAll(untilUndisturbed(() -> step.make(some)));
        }
        return all;
    }

    private void write(List<Put> puts) throws RpcException {
        for (int from = 0; from < puts.size(); from += STEP) {
            service.write(actor, puts.subList(from, Math.min(puts.size(), from + STEP)));
        }
    }

    private static RpcException absent(String name) {
        return new RpcException(
                RpcException.Code.NOT_FOUND,
                "NOT_FOUND",
                "there is no entity named " + name + ": create it first",
                "entityName");
    }

    private Optional<Put> tombstone(MemoryKey key) throws RpcException {
        return memory.head(actor, key).map(head -> Put.tombstone(key, new Put.Seq(head.seq())));
    }

    /** Without it a graph that may not be read would look empty. */
    private void requireReadable() throws RpcException {
        if (!actor.mayRead(new MemoryKey(entities + "x"))) {
            throw new RpcException(
                    RpcException.Code.DENIED,
                    "SCOPE",
                    actor.agent() + " may not read " + entities + "...: its AGENT.toml"
                            + " grants it by [capabilities.memory] read");
        }
    }

    private MemoryKey entityKey(String name) {
        return new MemoryKey(entities + McpNames.segment(name));
    }

    private MemoryKey relationKey(JsonObject relation) {
        JsonArray identity = new JsonArray();
        identity.add(relation.get("from"));
        identity.add(relation.get("to"));
        identity.add(relation.get("relationType"));
        return new MemoryKey(relations
                + NodeId.of(Json.write(identity).getBytes(StandardCharsets.UTF_8))
                        .hex());
    }

    private static boolean touches(JsonObject relation, Set<String> names) {
        return names.contains(text(relation, "from")) || names.contains(text(relation, "to"));
    }

    private static boolean isEntity(JsonElement value) {
        return fits(McpGraphTools.ENTITY, value);
    }

    private static boolean isRelation(JsonElement value) {
        return fits(McpGraphTools.RELATION, value);
    }

    private static boolean fits(McpSchema schema, JsonElement value) {
        try {
            schema.check("", value);
            return true;
        } catch (RpcException e) {
            return false;
        }
    }

    private static JsonObject pick(JsonObject from, String... members) {
        JsonObject picked = new JsonObject();
        for (String member : members) {
            picked.add(member, from.get(member));
        }
        return picked;
    }

    private static String text(JsonObject object, String member) {
        return object.get(member).getAsString();
    }
}
