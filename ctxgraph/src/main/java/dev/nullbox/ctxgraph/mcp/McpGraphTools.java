package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;

/**
 * The tools of the common memory server (npm: @modelcontextprotocol/server-memory), with its names, arguments and results,
 * over an {@link McpGraph}.
 */
final class McpGraphTools {
    static final FieldType.Struct ENTITY = FieldType.struct(
            Field.of("name", FieldType.TEXT, "What the entity is called; there is one entity of a name"),
            Field.of("entityType", FieldType.TEXT, "What kind of thing it is, as person or project"),
            texts("observations", "What is known about it, one fact each"));
    static final FieldType.Struct RELATION = FieldType.struct(
            Field.of("from", FieldType.TEXT, "The name of the entity that it starts at"),
            Field.of("to", FieldType.TEXT, "The name of the entity that it leads to"),
            Field.of("relationType", FieldType.TEXT, "What the one does to the other, as works_at"));

    private static final Field<List<Message>> ENTITIES = objects("entities", ENTITY, "");
    private static final Field<List<Message>> RELATIONS = objects("relations", RELATION, "");
    private static final FieldType.Struct GRAPH = FieldType.struct(ENTITIES, RELATIONS);
    private static final Field<List<Message>> ADDITIONS = objects(
            "observations",
            FieldType.struct(
                    Field.of("entityName", FieldType.TEXT, "The entity that they are about"),
                    texts("contents", "The new facts")),
            "");
    private static final Field<List<Message>> ADDED = objects(
            "results",
            FieldType.struct(Field.of("entityName", FieldType.TEXT, ""), texts("addedObservations", "")),
            "");
    private static final Field<List<Message>> DELETIONS = objects(
            "deletions",
            FieldType.struct(
                    Field.of("entityName", FieldType.TEXT, "The entity that they are about"),
                    texts("observations", "The facts to take away, word for word")),
            "");
    private static final FieldType.Struct DONE =
            FieldType.struct(Field.of("success", FieldType.TRUTH, ""), Field.of("message", FieldType.TEXT, ""));

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
        return List.of(
                tool(
                        "create_entities",
                        "Create Entities",
                        "Adds entities to the knowledge graph. Names that are there already are left as they are.",
                        McpTool.Effect.ADDS,
                        ENTITIES,
                        FieldType.struct(ENTITIES),
                        entities -> answer(ENTITIES, graph.changes().createEntities(json(entities)))),
                tool(
                        "create_relations",
                        "Create Relations",
                        "Adds relations between entities to the knowledge graph, each named by a verb.",
                        McpTool.Effect.ADDS,
                        RELATIONS,
                        FieldType.struct(RELATIONS),
                        relations -> answer(RELATIONS, graph.changes().createRelations(json(relations)))),
                tool(
                        "add_observations",
                        "Add Observations",
                        "Adds facts to entities that the knowledge graph has already.",
                        McpTool.Effect.ADDS,
                        ADDITIONS,
                        FieldType.struct(ADDED),
                        additions -> answer(ADDED, graph.changes().addObservations(json(additions)))));
    }

    private List<McpTool> deleting() {
        return List.of(
                tool(
                        "delete_entities",
                        "Delete Entities",
                        "Deletes entities, and the relations from and to them, from the knowledge graph.",
                        McpTool.Effect.REPLACES,
                        texts("entityNames", "The names of the entities"),
                        DONE,
                        names -> {
                            graph.changes().deleteEntities(names);
                            return done("Entities deleted successfully");
                        }),
                tool(
                        "delete_observations",
                        "Delete Observations",
                        "Takes facts away from entities of the knowledge graph.",
                        McpTool.Effect.REPLACES,
                        DELETIONS,
                        DONE,
                        deletions -> {
                            graph.changes().deleteObservations(json(deletions));
                            return done("Observations deleted successfully");
                        }),
                tool(
                        "delete_relations",
                        "Delete Relations",
                        "Deletes relations from the knowledge graph.",
                        McpTool.Effect.REPLACES,
                        objects(RELATIONS.name(), RELATION, "The relations, whole"),
                        DONE,
                        relations -> {
                            graph.changes().deleteRelations(json(relations));
                            return done("Relations deleted successfully");
                        }));
    }

    private List<McpTool> reading() {
        return List.of(
                new McpTool(
                        "read_graph",
                        "Read Graph",
                        "Gives the whole knowledge graph.",
                        List.of(),
                        GRAPH,
                        true,
                        McpTool.Effect.READS,
                        _ -> McpTool.Response.of(graph.read())),
                tool(
                        "search_nodes",
                        "Search Nodes",
                        "Finds the entities of the knowledge graph in whose name, type or facts a text occurs.",
                        McpTool.Effect.READS,
                        Field.of("query", FieldType.TEXT, "The text, upper or lower case"),
                        GRAPH,
                        query -> McpTool.Response.of(graph.search(query))),
                tool(
                        "open_nodes",
                        "Open Nodes",
                        "Gives the entities of these names, and the relations from and to them.",
                        McpTool.Effect.READS,
                        texts("names", "The names of the entities"),
                        GRAPH,
                        names -> McpTool.Response.of(graph.open(names))));
    }

    @FunctionalInterface
    private interface Handler<T> {
        McpTool.Response run(T argument) throws RpcException;
    }

    private static <T> McpTool tool(
            String name,
            String title,
            String description,
            McpTool.Effect effect,
            Field<T> parameter,
            FieldType<?> output,
            Handler<T> handler) {
        List<Field<?>> input = List.of(parameter);
        return new McpTool(
                name,
                title,
                description,
                input,
                output,
                true,
                effect,
                arguments -> handler.run(Codec.decodeOpen(input, arguments).get(parameter)));
    }

    private static Field<List<String>> texts(String name, String meaning) {
        return Field.of(name, FieldType.listOf(FieldType.TEXT), meaning);
    }

    private static Field<List<Message>> objects(String name, FieldType.Struct type, String meaning) {
        return Field.of(name, FieldType.listOf(type), meaning);
    }

    private static List<JsonObject> json(List<Message> objects) {
        return objects.stream().map(Codec::encode).toList();
    }

    private static McpTool.Response answer(Field<?> field, JsonArray list) {
        return McpTool.Response.of(field.name(), list);
    }

    private static McpTool.Response done(String message) {
        JsonObject structured = new JsonObject();
        structured.addProperty("success", true);
        structured.addProperty("message", message);
        return new McpTool.Response(message, structured);
    }
}
