package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import java.util.ArrayList;
import java.util.List;

/**
 * The tools of the common memory server (npm: @modelcontextprotocol/server-memory), with its names, arguments and results,
 * over an {@link McpGraph}.
 */
final class McpGraphTools {
    private static final McpSchema.Plain ANY_TEXT = McpSchema.text("");

    static final McpSchema.Shape ENTITY = McpSchema.shape()
            .with("name", McpSchema.text("What the entity is called; there is one entity of a name"))
            .with("entityType", McpSchema.text("What kind of thing it is, as person or project"))
            .with("observations", new McpSchema.Many(ANY_TEXT, "What is known about it, one fact each"));

    static final McpSchema.Shape RELATION = McpSchema.shape()
            .with("from", McpSchema.text("The name of the entity that it starts at"))
            .with("to", McpSchema.text("The name of the entity that it leads to"))
            .with("relationType", McpSchema.text("What the one does to the other, as works_at"));

    private static final McpSchema.Shape ENTITIES = McpSchema.shape().with("entities", new McpSchema.Many(ENTITY, ""));
    private static final McpSchema.Shape RELATIONS =
            McpSchema.shape().with("relations", new McpSchema.Many(RELATION, ""));
    private static final McpSchema.Shape GRAPH =
            results("entities", ENTITY).with("relations", new McpSchema.Many(RELATION.close(), ""));
    private static final McpSchema.Shape DONE = McpSchema.shape()
            .with("success", McpSchema.truth(""))
            .with("message", ANY_TEXT)
            .close();

    private final McpGraph graph;

    private McpGraphTools(McpGraph graph) {
        this.graph = graph;
    }

    /** The nine tools over this graph. */
    static List<McpTool> over(McpGraph graph) {
        McpGraphTools tools = new McpGraphTools(graph);
        List<McpTool> all = new ArrayList<>(tools.adding());
        all.addAll(tools.deleting());
        all.addAll(tools.reading());
        return all;
    }

    private List<McpTool> adding() {
        McpSchema.Shape addition = McpSchema.shape()
                .with("entityName", McpSchema.text("The entity that they are about"))
                .with("contents", new McpSchema.Many(ANY_TEXT, "The new facts"));
        McpSchema.Shape added = McpSchema.shape()
                .with("entityName", ANY_TEXT)
                .with("addedObservations", new McpSchema.Many(ANY_TEXT, ""));
        return List.of(
                new McpTool(
                        "create_entities",
                        "Create Entities",
                        "Adds entities to the knowledge graph. Names that are there already are left as they are.",
                        ENTITIES,
                        results("entities", ENTITY),
                        McpTool.Effect.ADDS,
                        arguments -> McpTool.Answer.of(
                                "entities", graph.changes().createEntities(objects(arguments, "entities")))),
                new McpTool(
                        "create_relations",
                        "Create Relations",
                        "Adds relations between entities to the knowledge graph, each named by a verb.",
                        RELATIONS,
                        results("relations", RELATION),
                        McpTool.Effect.ADDS,
                        arguments -> McpTool.Answer.of(
                                "relations", graph.changes().createRelations(objects(arguments, "relations")))),
                new McpTool(
                        "add_observations",
                        "Add Observations",
                        "Adds facts to entities that the knowledge graph has already.",
                        McpSchema.shape().with("observations", new McpSchema.Many(addition, "")),
                        results("results", added),
                        McpTool.Effect.ADDS,
                        arguments -> McpTool.Answer.of(
                                "results", graph.changes().addObservations(objects(arguments, "observations")))));
    }

    private List<McpTool> deleting() {
        McpSchema.Shape deletion = McpSchema.shape()
                .with("entityName", McpSchema.text("The entity that they are about"))
                .with("observations", new McpSchema.Many(ANY_TEXT, "The facts to take away, word for word"));
        return List.of(
                new McpTool(
                        "delete_entities",
                        "Delete Entities",
                        "Deletes entities, and the relations from and to them, from the knowledge graph.",
                        McpSchema.shape()
                                .with("entityNames", new McpSchema.Many(ANY_TEXT, "The names of the entities")),
                        DONE,
                        McpTool.Effect.REPLACES,
                        arguments -> {
                            graph.changes().deleteEntities(strings(arguments, "entityNames"));
                            return done("Entities deleted successfully");
                        }),
                new McpTool(
                        "delete_observations",
                        "Delete Observations",
                        "Takes facts away from entities of the knowledge graph.",
                        McpSchema.shape().with("deletions", new McpSchema.Many(deletion, "")),
                        DONE,
                        McpTool.Effect.REPLACES,
                        arguments -> {
                            graph.changes().deleteObservations(objects(arguments, "deletions"));
                            return done("Observations deleted successfully");
                        }),
                new McpTool(
                        "delete_relations",
                        "Delete Relations",
                        "Deletes relations from the knowledge graph.",
                        McpSchema.shape().with("relations", new McpSchema.Many(RELATION, "The relations, whole")),
                        DONE,
                        McpTool.Effect.REPLACES,
                        arguments -> {
                            graph.changes().deleteRelations(objects(arguments, "relations"));
                            return done("Relations deleted successfully");
                        }));
    }

    private List<McpTool> reading() {
        return List.of(
                new McpTool(
                        "read_graph",
                        "Read Graph",
                        "Gives the whole knowledge graph.",
                        McpSchema.shape(),
                        GRAPH,
                        McpTool.Effect.READS,
                        arguments -> McpTool.Answer.of(graph.read())),
                new McpTool(
                        "search_nodes",
                        "Search Nodes",
                        "Finds the entities of the knowledge graph in whose name, type or facts a text occurs.",
                        McpSchema.shape().with("query", McpSchema.text("The text, upper or lower case")),
                        GRAPH,
                        McpTool.Effect.READS,
                        arguments -> McpTool.Answer.of(
                                graph.search(arguments.get("query").getAsString()))),
                new McpTool(
                        "open_nodes",
                        "Open Nodes",
                        "Gives the entities of these names, and the relations from and to them.",
                        McpSchema.shape().with("names", new McpSchema.Many(ANY_TEXT, "The names of the entities")),
                        GRAPH,
                        McpTool.Effect.READS,
                        arguments -> McpTool.Answer.of(graph.open(strings(arguments, "names")))));
    }

    private static McpSchema.Shape results(String name, McpSchema.Shape item) {
        return McpSchema.shape()
                .with(name, new McpSchema.Many(item.close(), ""))
                .close();
    }

    private static McpTool.Answer done(String message) {
        JsonObject structured = new JsonObject();
        structured.addProperty("success", true);
        structured.addProperty("message", message);
        return new McpTool.Answer(message, structured);
    }

    private static List<JsonObject> objects(JsonObject arguments, String name) {
        JsonArray array = arguments.getAsJsonArray(name);
        return array.asList().stream().map(JsonElement::getAsJsonObject).toList();
    }

    private static List<String> strings(JsonObject arguments, String name) {
        JsonArray array = arguments.getAsJsonArray(name);
        return array.asList().stream().map(JsonElement::getAsString).toList();
    }
}
