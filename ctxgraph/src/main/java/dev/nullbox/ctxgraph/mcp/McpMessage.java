package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import org.jspecify.annotations.Nullable;

/** Message of a client: one JSON-RPC 2.0 message, narrowed to what the Model Context Protocol allows. */
sealed interface McpMessage {
    /** The part of a message's parameters that belongs to the protocol. */
    String META = "_meta";

    /**
     * A request, which is answered.
     *
     * @param id a string or an integer
     */
    record Request(JsonElement id, String method, JsonObject params) implements McpMessage {
        /** The parameters' {@code _meta}, empty when there is none. */
        JsonObject meta() {
            return params.get(META) instanceof JsonObject meta ? meta : new JsonObject();
        }
    }

    /** A notification, which is not answered. */
    record Notification(String method) implements McpMessage {}

    /** A response to a request; ignored, as the server never makes requests. */
    record Response() implements McpMessage {}

    /**
     * Decodes a message.
     *
     * @throws McpException with HTTP status 400 when the bytes are no such message
     */
    static McpMessage decode(byte[] utf8) throws McpException {
        JsonElement tree;
        try {
            tree = Json.parse(utf8);
        } catch (RpcException e) {
            throw McpException.malformed(McpException.PARSE, e.getMessage());
        }
        if (tree instanceof JsonArray) {
            throw invalid("batches are not supported: send one message a request");
        }
        if (!(tree instanceof JsonObject message)) {
            throw invalid("a message is a JSON object");
        }
        if (!"2.0".equals(text(message.get("jsonrpc")))) {
            throw invalid("jsonrpc must be \"2.0\"");
        }
        String method = text(message.get("method"));
        if (method == null) {
            if (message.has("id") && (message.has("result") || message.has("error"))) {
                return new Response();
            }
            throw invalid("method must be a string");
        }
        JsonElement params = message.has("params") ? message.get("params") : new JsonObject();
        if (!(params instanceof JsonObject named)) {
            throw McpException.malformed(McpException.INVALID_PARAMS, "params must be an object with named members");
        }
        JsonElement id = message.get("id");
        return id == null ? new Notification(method) : new Request(id(id), method, named);
    }

    /** Response to a request with its result. */
    static JsonObject result(JsonElement id, JsonObject result) {
        JsonObject message = new JsonObject();
        message.addProperty("jsonrpc", "2.0");
        message.add("id", id);
        message.add("result", result);
        return message;
    }

    /** Notification of the server. */
    static JsonObject notification(String method, JsonObject params) {
        JsonObject message = new JsonObject();
        message.addProperty("jsonrpc", "2.0");
        message.addProperty("method", method);
        message.add("params", params);
        return message;
    }

    /** The string in an element, or null when it is none. */
    static @Nullable String text(@Nullable JsonElement element) {
        return element instanceof JsonPrimitive primitive && primitive.isString() ? primitive.getAsString() : null;
    }

    private static JsonElement id(JsonElement id) throws McpException {
        if (id instanceof JsonPrimitive primitive
                && (primitive.isString()
                        || primitive.getAsString().chars().allMatch(c -> c == '-' || (c >= '0' && c <= '9')))
                && primitive.getAsString().length() <= JsonRpcCodec.MAX_ID_LENGTH) {
            return id;
        }
        throw invalid("id must be an integer or a string of at most " + JsonRpcCodec.MAX_ID_LENGTH + " characters");
    }

    private static McpException invalid(String problem) {
        return McpException.malformed(McpException.INVALID_REQUEST, problem);
    }
}
