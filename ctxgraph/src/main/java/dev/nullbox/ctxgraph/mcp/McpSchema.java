package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.rpc.RpcException;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The part of JSON Schema (draft 7, and as well 2020-12) that the tools' arguments and results need: one tree that is
 * both shown to clients and held against what they send.
 */
sealed interface McpSchema {
    /** The schema as clients read it. */
    JsonObject describe();

    /**
     * Holds a value against the schema.
     *
     * @param path the value's place in the arguments, as {@code entities[0].name}; empty for the arguments themselves
     * @throws RpcException INVALID_PARAMS with the path of the first violation as its field; details MISSING, UNKNOWN,
     *     WRONG_TYPE, OUT_OF_RANGE
     */
    void check(String path, JsonElement value) throws RpcException;

    /** Any JSON value. */
    record Any(String description) implements McpSchema {
        @Override
        public JsonObject describe() {
            return described(new JsonObject(), description);
        }

        @Override
        public void check(String path, JsonElement value) {
            // Whatever JSON can say is allowed.
        }
    }

    /** A string, a truth value or a number, without bounds. */
    record Plain(Kind kind, String description) implements McpSchema {
        /** What there is of these. */
        enum Kind {
            STRING("string", "a string"),
            BOOLEAN("boolean", "true or false"),
            NUMBER("number", "a number");

            private final String type;
            private final String words;

            Kind(String type, String words) {
                this.type = type;
                this.words = words;
            }

            private boolean holds(JsonPrimitive value) {
                return switch (this) {
                    case STRING -> value.isString();
                    case BOOLEAN -> value.isBoolean();
                    case NUMBER -> value.isNumber();
                };
            }
        }

        @Override
        public JsonObject describe() {
            return described(typed(kind.type), description);
        }

        @Override
        public void check(String path, JsonElement value) throws RpcException {
            if (!(value instanceof JsonPrimitive primitive) || !kind.holds(primitive)) {
                throw wrongType(path, kind.words, value);
            }
        }
    }

    /** An integer within bounds, both included. */
    record Whole(String description, long min, long max) implements McpSchema {
        @Override
        public JsonObject describe() {
            JsonObject schema = typed("integer");
            schema.addProperty("minimum", min);
            schema.addProperty("maximum", max);
            return described(schema, description);
        }

        @Override
        public void check(String path, JsonElement value) throws RpcException {
            if (!(value instanceof JsonPrimitive primitive) || !primitive.isNumber()) {
                throw wrongType(path, "an integer", value);
            }
            BigDecimal number = new BigDecimal(primitive.getAsString());
            // The exponent bounds the cost: 1e999999999 has a compact text and a huge integer.
            if (Math.abs((long) number.scale()) > Long.SIZE
                    || number.stripTrailingZeros().scale() > 0) {
                throw wrongType(path, "an integer", value);
            }
            if (number.compareTo(BigDecimal.valueOf(min)) < 0 || number.compareTo(BigDecimal.valueOf(max)) > 0) {
                throw violation(CallReason.OUT_OF_RANGE, path, "must be from " + min + " to " + max);
            }
        }
    }

    /** A list of values of one kind. */
    record Many(McpSchema items, String description) implements McpSchema {
        @Override
        public JsonObject describe() {
            JsonObject schema = typed("array");
            schema.add("items", items.describe());
            return described(schema, description);
        }

        @Override
        public void check(String path, JsonElement value) throws RpcException {
            if (!(value instanceof JsonArray array)) {
                throw wrongType(path, "an array", value);
            }
            for (int i = 0; i < array.size(); i++) {
                items.check(path + "[" + i + "]", array.get(i));
            }
        }
    }

    /**
     * An object with named members.
     *
     * @param required the members that must be there, in the order in which they are shown
     * @param closed whether other members are refused; else they are ignored
     */
    record Shape(Map<String, McpSchema> members, List<String> required, boolean closed) implements McpSchema {
        public Shape {
            members = new LinkedHashMap<>(members);
            required = List.copyOf(required);
        }

        /** The same object with one more member, which must be there. */
        Shape with(String name, McpSchema member) {
            Shape more = may(name, member);
            List<String> names = new ArrayList<>(required);
            names.add(name);
            return new Shape(more.members, names, closed);
        }

        /** The same object with one more member, which may be absent. */
        Shape may(String name, McpSchema member) {
            Map<String, McpSchema> more = new LinkedHashMap<>(members);
            more.put(name, member);
            return new Shape(more, required, closed);
        }

        /** The same object, refusing members that it does not name. */
        Shape close() {
            return new Shape(members, required, true);
        }

        @Override
        public JsonObject describe() {
            JsonObject properties = new JsonObject();
            members.forEach((name, member) -> properties.add(name, member.describe()));
            JsonObject schema = typed("object");
            schema.add("properties", properties);
            if (!required.isEmpty()) {
                JsonArray names = new JsonArray();
                required.forEach(names::add);
                schema.add("required", names);
            }
            if (closed) {
                schema.addProperty("additionalProperties", false);
            }
            return schema;
        }

        @Override
        public void check(String path, JsonElement value) throws RpcException {
            if (!(value instanceof JsonObject object)) {
                throw wrongType(path, "an object", value);
            }
            for (String name : required) {
                if (!object.has(name)) {
                    throw violation(CallReason.MISSING, join(path, name), "is missing");
                }
            }
            for (Map.Entry<String, JsonElement> member : object.entrySet()) {
                McpSchema schema = members.get(member.getKey());
                if (schema != null) {
                    schema.check(join(path, member.getKey()), member.getValue());
                } else if (closed) {
                    String known = String.join(", ", members.keySet());
                    throw violation(
                            CallReason.UNKNOWN, join(path, member.getKey()), "is not known; there are " + known);
                }
            }
        }

        private static String join(String path, String name) {
            return path.isEmpty() ? name : path + "." + name;
        }
    }

    /** A string. */
    static Plain text(String description) {
        return new Plain(Plain.Kind.STRING, description);
    }

    /** A truth value. */
    static Plain truth(String description) {
        return new Plain(Plain.Kind.BOOLEAN, description);
    }

    /** A number. */
    static Plain real(String description) {
        return new Plain(Plain.Kind.NUMBER, description);
    }

    /** An object without members yet, open to others. */
    static Shape shape() {
        return new Shape(Map.of(), List.of(), false);
    }

    private static JsonObject typed(String type) {
        JsonObject schema = new JsonObject();
        schema.addProperty("type", type);
        return schema;
    }

    private static JsonObject described(JsonObject schema, String description) {
        if (!description.isEmpty()) {
            schema.addProperty("description", description);
        }
        return schema;
    }

    private static RpcException wrongType(String path, String expected, JsonElement value) {
        return violation(CallReason.WRONG_TYPE, path, "must be " + expected + ", not " + kind(value));
    }

    private static RpcException violation(CallReason reason, String path, String problem) {
        String field = path.isEmpty() ? "arguments" : path;
        return new RpcException(reason, field + ": " + problem, field);
    }

    private static String kind(JsonElement value) {
        return switch (value) {
            case JsonObject object -> "an object";
            case JsonArray array -> "an array";
            case JsonPrimitive primitive when primitive.isString() -> "a string";
            case JsonPrimitive primitive when primitive.isBoolean() -> primitive.getAsString();
            case JsonPrimitive number -> "a number";
            default -> "null";
        };
    }
}
