package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/**
 * Writer of changes to a knowledge graph. Each change is one write of all its keys, on the condition that none of them
 * has changed since it was read; on a conflict it is read and made again. Concurrent changes are therefore all kept. A
 * change of more keys than the store writes at once is made in steps, and may stop between them.
 */
final class McpGraphChanges {
    private static final Duration QUEUE_TIMEOUT = Duration.ofSeconds(10);

    /** Timeout of all steps of one change together: it occupies most of the heap meanwhile. */
    private static final Duration TIMEOUT_IN_STEPS = Duration.ofSeconds(2);

    /** Upper bound of the growing random pause before a retry: up to 1, 2, 4 ... ms, and never more than this. */
    private static final int MAX_PAUSE_MS = 64;

    private final McpGraphStore store;

    McpGraphChanges(McpGraphStore store) {
        this.store = store;
    }

    /** Creates those of the entities that do not exist yet, and returns these. */
    JsonArray createEntities(List<JsonObject> wanted) throws RpcException {
        Map<MemoryKey, JsonObject> byKey = new LinkedHashMap<>();
        for (JsonObject entity : wanted) {
            byKey.putIfAbsent(store.entityKey(McpGraphStore.text(entity, "name")), entity);
        }
        return createAbsent(List.copyOf(byKey.entrySet()));
    }

    /** Creates those of the relations that do not exist yet, and returns these. */
    JsonArray createRelations(List<JsonObject> wanted) throws RpcException {
        Map<MemoryKey, JsonObject> byKey = new LinkedHashMap<>();
        for (JsonObject relation : wanted) {
            byKey.putIfAbsent(store.relationKey(relation), relation);
        }
        return createAbsent(List.copyOf(byKey.entrySet()));
    }

    private JsonArray createAbsent(List<Map.Entry<MemoryKey, JsonObject>> wanted) throws RpcException {
        return inSteps(wanted, step -> {
            JsonArray created = new JsonArray();
            List<Put> puts = new ArrayList<>();
            for (Map.Entry<MemoryKey, JsonObject> one : step) {
                if (store.isAbsent(one.getKey())) {
                    puts.add(Put.of(one.getKey(), one.getValue()).expecting(Optional.empty()));
                    created.add(one.getValue());
                }
            }
            store.write(puts);
            return created;
        });
    }

    /**
     * Adds observations that do not exist yet: {@code {entityName, contents}} each.
     *
     * @return {@code {entityName, addedObservations}} for each
     * @throws RpcException also NOT_FOUND when an entity does not exist; nothing is added then
     */
    JsonArray addObservations(List<JsonObject> additions) throws RpcException {
        for (JsonObject addition : additions) {
            String name = McpGraphStore.text(addition, "entityName");
            if (store.isAbsent(store.entityKey(name))) {
                throw absent(name);
            }
        }
        return inSteps(additions, step -> {
            Changes changes = new Changes();
            JsonArray results = new JsonArray();
            for (JsonObject addition : step) {
                String name = McpGraphStore.text(addition, "entityName");
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
            store.write(changes.puts());
            return results;
        });
    }

    /** Removes observations: {@code {entityName, observations}} each; one that does not exist is no error. */
    void deleteObservations(List<JsonObject> deletions) throws RpcException {
        inSteps(deletions, step -> {
            Changes changes = new Changes();
            for (JsonObject deletion : step) {
                String name = McpGraphStore.text(deletion, "entityName");
                Optional<JsonObject> entity = changes.entity(name);
                if (entity.isPresent()) {
                    JsonArray known = entity.get().getAsJsonArray("observations");
                    JsonArray gone = deletion.getAsJsonArray("observations");
                    int before = known.size();
                    known.asList().removeIf(gone::contains);
                    changes.note(name, known.size() < before);
                }
            }
            store.write(changes.puts());
            return new JsonArray();
        });
    }

    /** Deletes entities, and the relations from and to them. */
    void deleteEntities(List<String> names) throws RpcException {
        Set<String> gone = new HashSet<>(names);
        untilUndisturbed(deadline(QUEUE_TIMEOUT), () -> {
            List<Put> puts = new ArrayList<>();
            store.eachRelation((entry, relation) -> {
                if (McpGraphStore.touches(relation, gone)) {
                    puts.add(Put.tombstone(entry.node().key(), new Put.Seq(entry.seq())));
                }
            });
            for (String name : new LinkedHashSet<>(names)) {
                store.tombstone(store.entityKey(name)).ifPresent(puts::add);
            }
            store.write(puts);
            return true;
        });
    }

    /** Deletes relations. */
    void deleteRelations(List<JsonObject> unwanted) throws RpcException {
        Set<MemoryKey> keys = new LinkedHashSet<>();
        unwanted.forEach(relation -> keys.add(store.relationKey(relation)));
        untilUndisturbed(deadline(QUEUE_TIMEOUT), () -> {
            List<Put> puts = new ArrayList<>();
            for (MemoryKey key : keys) {
                store.tombstone(key).ifPresent(puts::add);
            }
            store.write(puts);
            return true;
        });
    }

    /** Entities that a change has read and will write. */
    private final class Changes {
        private final Map<String, Optional<JsonObject>> working = new LinkedHashMap<>();
        private final Map<String, Long> read = new LinkedHashMap<>();
        private final Set<String> changed = new LinkedHashSet<>();

        Optional<JsonObject> entity(String name) throws RpcException {
            Optional<JsonObject> known = working.get(name);
            if (known == null) {
                Optional<Memory.Entry> entry = store.entity(name);
                known = entry.map(found -> found.node().value())
                        .filter(McpGraphStore::isEntity)
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
                puts.add(new Put(store.entityKey(name), Node.Kind.VALUE, entity, List.of(), unchanged, List.of()));
            }
            return puts;
        }
    }

    @FunctionalInterface
    private interface Change<T> {
        T make() throws RpcException;
    }

    private static long deadline(Duration queueTimeout) {
        return System.nanoTime() + queueTimeout.toNanos();
    }

    private static <T> T untilUndisturbed(long deadlineNanos, Change<T> change) throws RpcException {
        int pauseMs = 1;
        while (true) {
            try {
                return change.make();
            } catch (RpcException e) {
                if (e.kind() != ErrorKind.CONFLICT || !"HEAD".equals(e.detail())) {
                    throw e;
                }
                if (System.nanoTime() - deadlineNanos > 0 || !paused(pauseMs)) {
                    throw new RpcException(
                            ErrorKind.CONFLICT,
                            MemoryReason.BUSY,
                            "others keep changing the same entities: try again",
                            "");
                }
                pauseMs = Math.min(2 * pauseMs, MAX_PAUSE_MS);
            }
        }
    }

    /** Pauses for a random time, so that conflicting changes separate; false when interrupted. */
    private static boolean paused(int mostMs) {
        try {
            TimeUnit.MICROSECONDS.sleep(ThreadLocalRandom.current().nextLong(TimeUnit.MILLISECONDS.toMicros(mostMs)));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @FunctionalInterface
    private interface Step<T> {
        JsonArray make(List<T> items) throws RpcException;
    }

    private <T> JsonArray inSteps(List<T> items, Step<T> step) throws RpcException {
        boolean isOne = items.size() <= McpGraphStore.STEP;
        if (!isOne) {
            store.chargeMaximum();
        }
        long deadlineNanos = deadline(isOne ? QUEUE_TIMEOUT : TIMEOUT_IN_STEPS);
        JsonArray all = new JsonArray();
        for (int from = 0; from < items.size(); from += McpGraphStore.STEP) {
            List<T> some = items.subList(from, Math.min(items.size(), from + McpGraphStore.STEP));
            all.addAll(untilUndisturbed(deadlineNanos, () -> step.make(some)));
        }
        return all;
    }

    private static RpcException absent(String name) {
        return new RpcException(
                MemoryReason.NOT_FOUND, "there is no entity named " + name + ": create it first", "entityName");
    }
}
