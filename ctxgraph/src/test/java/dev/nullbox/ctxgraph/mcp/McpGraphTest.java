package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Behaviour of the graph beyond the reference server, whose results {@link McpClientIT} holds it to. */
@Timeout(120)
class McpGraphTest {
    @TempDir
    Path data;

    private final Principal ada = TestMemory.principal("ada");
    private TestMemory store;
    private Memory memory;
    private McpGraph graph;

    @BeforeEach
    void open() throws Exception {
        store = new TestMemory(data);
        memory = store.memory();
        graph = new McpGraph(store.service(), ada, "ada");
    }

    @AfterEach
    void close() throws Exception {
        store.close();
    }

    private static JsonObject entity(String name, String... observations) {
        JsonObject entity = new JsonObject();
        entity.addProperty("name", name);
        entity.addProperty("entityType", "test");
        entity.add("observations", array(observations));
        return entity;
    }

    private static JsonObject relation(String from, String to) {
        JsonObject relation = new JsonObject();
        relation.addProperty("from", from);
        relation.addProperty("to", to);
        relation.addProperty("relationType", "knows");
        return relation;
    }

    private static JsonObject addition(String name, String... contents) {
        JsonObject addition = new JsonObject();
        addition.addProperty("entityName", name);
        addition.add("contents", array(contents));
        return addition;
    }

    private static JsonArray array(String... texts) {
        JsonArray array = new JsonArray();
        for (String text : texts) {
            array.add(text);
        }
        return array;
    }

    private Set<String> observations(String name) throws RpcException {
        JsonArray entities = graph.open(List.of(name)).getAsJsonArray("entities");
        Set<String> observations = new HashSet<>();
        for (JsonElement one : entities.get(0).getAsJsonObject().getAsJsonArray("observations")) {
            assertThat(observations.add(one.getAsString())).as("twice: %s", one).isTrue();
        }
        return observations;
    }

    private static void together(List<Callable<Void>> tasks) throws Exception {
        try (ExecutorService threads = Executors.newFixedThreadPool(tasks.size())) {
            for (Future<Void> task : threads.invokeAll(tasks, 100, TimeUnit.SECONDS)) {
                task.get();
            }
        }
    }

    @Test
    void noFactOfManyWritersIsLost() throws Exception {
        graph.changes().createEntities(List.of(entity("Shared"), entity("Other")));
        Set<String> wanted = new HashSet<>();
        List<Callable<Void>> writers = new ArrayList<>();
        for (int writer = 0; writer < 8; writer++) {
            int me = writer;
            for (int i = 0; i < 50; i++) {
                wanted.add(me + "." + i);
            }
            writers.add(() -> {
                for (int i = 0; i < 50; i++) {
                    String fact = me + "." + i;
                    graph.changes().addObservations(List.of(addition("Shared", fact), addition("Other", fact)));
                }
                return null;
            });
        }
        together(writers);
        assertThat(observations("Shared")).isEqualTo(wanted);
        assertThat(observations("Other")).isEqualTo(wanted);
    }

    @Test
    void oneOfManyCreatorsCreates() throws Exception {
        List<Callable<Void>> creators = new ArrayList<>();
        JsonArray created = new JsonArray();
        for (int i = 0; i < 8; i++) {
            creators.add(() -> {
                JsonArray mine = graph.changes().createEntities(List.of(entity("One"), entity("Two")));
                synchronized (created) {
                    created.addAll(mine);
                }
                return null;
            });
        }
        together(creators);
        assertThat(created).hasSize(2);
    }

    @Test
    void deletingTakesRelationsAlong() throws Exception {
        graph.changes().createEntities(List.of(entity("a"), entity("b"), entity("c")));
        graph.changes().createRelations(List.of(relation("a", "b"), relation("b", "c"), relation("c", "a")));
        graph.changes().deleteEntities(List.of("a", "a", "never there"));
        assertThat(Json.write(graph.read().get("relations")))
                .isEqualTo("[{\"from\":\"b\",\"relationType\":\"knows\",\"to\":\"c\"}]");
        // The entity's tombstone is one write, although it was named twice.
        assertThat(memory.history(ada, new MemoryKey("ada/graph/entities/a"), Long.MAX_VALUE, 10)
                        .items())
                .hasSize(2);
    }

    @Test
    void aMissingEntityLeavesAllAsItWas() throws Exception {
        graph.changes().createEntities(List.of(entity("a", "known")));
        assertThatThrownBy(
                        () -> graph.changes().addObservations(List.of(addition("a", "new"), addition("missing", "x"))))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        refused -> assertThat(refused.kind()).isEqualTo(ErrorKind.NOT_FOUND))
                .hasMessageContaining("missing");
        assertThat(observations("a")).containsExactly("known");
    }

    @Test
    void changesWithoutEffectWriteNothing() throws Exception {
        graph.changes().createEntities(List.of(entity("a", "known")));
        graph.changes().createEntities(List.of(entity("a", "other")));
        graph.changes().addObservations(List.of(addition("a", "known")));
        graph.changes().deleteEntities(List.of("b"));
        graph.changes().deleteRelations(List.of(relation("a", "b")));
        assertThat(memory.history(ada, new MemoryKey("ada/graph/entities/a"), Long.MAX_VALUE, 10)
                        .items())
                .hasSize(1);
    }

    @Test
    void passesOverWhatIsNoPartOfIt() throws Exception {
        graph.changes().createEntities(List.of(entity("a")));
        JsonPrimitive text = new JsonPrimitive("not an entity");
        memory.put(ada, Put.of(new MemoryKey("ada/graph/entities/foreign"), text));
        memory.put(ada, Put.of(new MemoryKey("ada/graph/entities/foreign2"), new JsonObject()));
        memory.put(ada, Put.of(new MemoryKey("ada/graph/relations/foreign"), entity("x")));
        assertThat(graph.read().getAsJsonArray("entities")).hasSize(1);
        assertThat(graph.read().getAsJsonArray("relations")).isEmpty();
        assertThat(graph.open(List.of("foreign")).getAsJsonArray("entities")).isEmpty();
    }

    @Test
    void readsOverManyPages() throws Exception {
        List<JsonObject> many = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            many.add(entity("e" + i, "o"));
        }
        graph.changes().createEntities(many);
        assertThat(graph.read().getAsJsonArray("entities")).hasSize(2_500);
        assertThat(graph.search("E2499").getAsJsonArray("entities")).hasSize(1);
    }

    @Test
    void boundsWhatItGives() throws Exception {
        String large = "x".repeat(McpGraph.MAX_RESULT_BYTES / 2);
        graph.changes().createEntities(List.of(entity("a", large)));
        assertThat(graph.read().getAsJsonArray("entities")).hasSize(1);
        graph.changes().createEntities(List.of(entity("b", large)));
        assertThatThrownBy(graph::read).hasMessageContaining("search_nodes");
        assertThat(graph.open(List.of("b")).getAsJsonArray("entities")).hasSize(1);
    }
}
