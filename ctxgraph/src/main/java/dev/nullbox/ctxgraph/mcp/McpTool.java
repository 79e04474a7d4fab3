package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.List;

/**
 * A tool that clients can call.
 *
 * @param name as on the wire
 * @param title for people
 * @param description for models: what it does and when to use it
 * @param input schema of its arguments
 * @param output schema of its structured results
 * @param isClosed whether results have no other members and arguments may, as in the reference server; else the reverse
 * @param effect effect on memory
 * @param body handler of its calls
 */
record McpTool(
        String name,
        String title,
        String description,
        List<Field<?>> input,
        FieldType<?> output,
        boolean isClosed,
        Effect effect,
        Body body) {
    /** Effect of a tool on memory, by which clients decide whether to ask their users. */
    enum Effect {
        READS(true, false, true),
        ADDS(false, false, false),
        REPLACES(false, true, true),
        /** Replaces, on a condition that the call itself may make false. */
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
            // Nothing outside of the memory is involved.
            hints.addProperty("openWorldHint", false);
            return hints;
        }
    }

    /**
     * Result of a call.
     *
     * @param text for models
     * @param structured for programs; by the tool's output schema
     */
    record Response(String text, JsonObject structured) {
        /** The same content for both. */
        static Response of(JsonObject structured) {
            return new Response(Json.write(structured), structured);
        }

        /** A list, under a name in the structured result. */
        static Response of(String name, JsonArray list) {
            JsonObject structured = new JsonObject();
            structured.add(name, list);
            return new Response(Json.write(list), structured);
        }
    }

    /** Handler of a tool; its arguments are checked: all required members, and no others. */
    @FunctionalInterface
    interface Body {
        Response run(JsonObject arguments) throws RpcException;
    }

    /** The tool as {@code tools/list} shows it. */
    JsonObject describe() {
        JsonObject tool = new JsonObject();
        tool.addProperty("name", name);
        tool.addProperty("title", title);
        tool.addProperty("description", description);
        tool.add("inputSchema", McpSchema.ofArguments(input, !isClosed));
        tool.add("annotations", effect.describe());
        tool.add("outputSchema", McpSchema.ofResult(output, isClosed));
        return tool;
    }

    /**
     * Calls the tool. Invalid arguments and refusals of memory are results too, with {@code isError}: models see those
     * and can correct themselves.
     *
     * @return a {@code CallToolResult}
     */
    JsonObject call(JsonElement arguments) {
        try {
            Response answer = body.run(McpSchema.requireMembers(input, !isClosed, arguments));
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
}
