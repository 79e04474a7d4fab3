package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.rpc.RpcException;
import java.util.List;

/** JSON Schema (draft 7, and as well 2020-12) of fields: shown to clients, and arguments are checked against it. */
final class McpSchema {
    private static final String DIALECT = "http://json-schema.org/draft-07/schema#";

    /** Largest integer up to which JavaScript represents every one. */
    private static final long LARGEST = (1L << 53) - 1;

    private McpSchema() {}

    /**
     * The schema of a tool's arguments; objects in them may have more members.
     *
     * @param closed whether other arguments are refused
     */
    static JsonObject ofArguments(List<Field<?>> fields, boolean closed) {
        return dialect(object(fields, closed, false));
    }

    /**
     * The schema of a tool's result.
     *
     * @param closed whether objects may have no other members
     */
    static JsonObject ofResult(FieldType<?> result, boolean closed) {
        return dialect(of(result, closed));
    }

    private static JsonObject dialect(JsonObject schema) {
        schema.addProperty("$schema", DIALECT);
        return schema;
    }

    private static JsonObject object(List<Field<?>> fields, boolean closed, boolean closedWithin) {
        JsonObject properties = new JsonObject();
        JsonArray required = new JsonArray();
        for (Field<?> field : fields) {
            JsonObject schema = of(field.type(), closedWithin);
            if (!field.meaning().isEmpty()) {
                schema.addProperty("description", field.meaning());
            }
            properties.add(field.name(), schema);
            if (field.required()) {
                required.add(field.name());
            }
        }
        JsonObject schema = typed("object");
        schema.add("properties", properties);
        if (!required.isEmpty()) {
            schema.add("required", required);
        }
        if (closed) {
            schema.addProperty("additionalProperties", false);
        }
        return schema;
    }

    private static JsonObject of(FieldType<?> type, boolean closed) {
        return switch (type) {
            case FieldType.Any _ -> new JsonObject();
            case FieldType.Truth _ -> typed("boolean");
            case FieldType.Real _ -> typed("number");
            case FieldType.Whole whole -> {
                JsonObject schema = typed("integer");
                schema.addProperty("minimum", whole.min());
                schema.addProperty("maximum", Math.min(whole.max(), LARGEST));
                yield schema;
            }
            case FieldType.ListOf<?> list -> {
                JsonObject schema = typed("array");
                schema.add("items", of(list.element(), closed));
                yield schema;
            }
            case FieldType.Struct struct -> object(struct.fields(), closed, closed);
            case FieldType.MapOf<?> _ -> typed("object");
            default -> typed("string");
        };
    }

    private static JsonObject typed(String type) {
        JsonObject schema = new JsonObject();
        schema.addProperty("type", type);
        return schema;
    }

    /**
     * Checks that the arguments are an object with all required members, and with no others if it is closed.
     *
     * @throws RpcException INVALID_PARAMS with the field at fault: WRONG_TYPE, MISSING, UNKNOWN
     */
    static JsonObject requireMembers(List<Field<?>> fields, boolean closed, JsonElement arguments) throws RpcException {
        if (!(arguments instanceof JsonObject object)) {
            String kind = arguments.isJsonArray() ? "an array" : "a plain value";
            throw refused(CallReason.WRONG_TYPE, "arguments", "must be an object, not " + kind);
        }
        for (Field<?> field : fields) {
            if (field.required() && !object.has(field.name())) {
                throw refused(CallReason.MISSING, field.name(), "is missing");
            }
        }
        for (String name : object.keySet()) {
            if (closed && fields.stream().noneMatch(field -> field.name().equals(name))) {
                throw refused(CallReason.UNKNOWN, name, "is not known; there are " + fields);
            }
        }
        return object;
    }

    private static RpcException refused(CallReason reason, String field, String problem) {
        return new RpcException(reason, field + ": " + problem, field);
    }
}
