package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;

/**
 * A tool that clients can call.
 *
 * @param name as on the wire
 * @param title for people
 * @param description for models: what it does and when to use it
 * @param input what its arguments are held against
 * @param output what its structured results look like
 * @param effect what it does to memory
 * @param body what it does
 */
record McpTool(
        String name,
        String title,
        String description,
        McpSchema.Shape input,
        McpSchema.Shape output,
        Effect effect,
        Body body) {
    private static final String DIALECT = "http://json-schema.org/draft-07/schema#";

    /** What a tool does to memory; clients decide by it what to ask their people about. */
    enum Effect {
        READS(true, false, true),
        ADDS(false, false, false),
        REPLACES(false, true, true),
        /** As replaces, on a condition that the call itself may end. */
        REPLACES_IF(false, true, false);

        private final boolean readOnly;
        private final boolean destructive;
        private final boolean idempotent;

        Effect(boolean readOnly, boolean destructive, boolean idempotent) {
            this.readOnly = readOnly;
            this.destructive = destructive;
            this.idempotent = idempotent;
        }

        private JsonObject describe() {
            JsonObject hints = new JsonObject();
            hints.addProperty("readOnlyHint", readOnly);
            hints.addProperty("destructiveHint", destructive);
            hints.addProperty("idempotentHint", idempotent);
            // Nothing outside of the memory takes part.
            hints.addProperty("openWorldHint", false);
            return hints;
        }
    }

    /**
     * What a call gives.
     *
     * @param text for models
     * @param structured for programs; as the tool's output schema says
     */
    record Answer(String text, JsonObject structured) {
        /** The same for both. */
        static Answer of(JsonObject structured) {
            return new Answer(Json.write(structured), structured);
        }

        /** A list, which programs find under a name. */
        static Answer of(String name, JsonArray list) {
            JsonObject structured = new JsonObject();
            structured.add(name, list);
            return new Answer(Json.write(list), structured);
        }
    }

    /** What a tool does, with arguments that fit its schema. */
    @FunctionalInterface
    interface Body {
        Answer run(JsonObject arguments) throws RpcException;
    }

    /** The tool as {@code tools/list} shows it. */
    JsonObject describe() {
        JsonObject tool = new JsonObject();
        tool.addProperty("name", name);
        tool.addProperty("title", title);
        tool.addProperty("description", description);
        tool.add("inputSchema", dialect(input));
        tool.add("annotations", effect.describe());
        tool.add("outputSchema", dialect(output));
        return tool;
    }

    /**
     * Calls the tool. What is wrong with the arguments, or what memory refuses, is a result too, with {@code isError}: so
     * models see it and can do better.
     *
     * @return a {@code CallToolResult}
     */
    JsonObject call(JsonElement arguments) {
        try {
            input.check("", arguments);
            Answer answer = body.run(arguments.getAsJsonObject());
            JsonObject result = content(answer.text());
            result.add("structuredContent", answer.structured());
            return result;
        } catch (RpcException e) {
            JsonObject result = content(e.getMessage());
            result.addProperty("isError", true);
            JsonObject meta = new JsonObject();
            meta.add("dev.nullbox/error", McpException.describe(e));
            result.add(McpMessage.META, meta);
            return result;
        }
    }

    private static JsonObject content(String text) {
        JsonObject block = new JsonObject();
        block.addProperty("type", "text");
        block.addProperty("text", text);
        JsonArray blocks = new JsonArray();
        blocks.add(block);
        JsonObject result = new JsonObject();
        result.add("content", blocks);
        return result;
    }

    private static JsonObject dialect(McpSchema.Shape shape) {
        JsonObject schema = new JsonObject();
        schema.addProperty("$schema", DIALECT);
        shape.describe().entrySet().forEach(member -> schema.add(member.getKey(), member.getValue()));
        return schema;
    }
}
