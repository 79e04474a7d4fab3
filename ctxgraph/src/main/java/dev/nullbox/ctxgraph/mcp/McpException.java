package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;

/**
 * A request that is answered by a JSON-RPC error, not by a result.
 *
 * <p>Codes from -32020 on are the protocol's own; nothing between -32000 and -32019 is sent, which clients give meanings
 * of their own.
 */
final class McpException extends Exception {
    private static final long serialVersionUID = 1L;

    static final int PARSE = -32_700;
    static final int INVALID_REQUEST = -32_600;
    static final int NO_METHOD = -32_601;
    static final int INVALID_PARAMS = -32_602;
    static final int INTERNAL = -32_603;
    static final int HEADER_MISMATCH = -32_020;
    static final int UNSUPPORTED_VERSION = -32_022;

    private static final int BAD_REQUEST = 400;

    private final int status;
    private final int code;
    private final transient JsonObject data;

    /**
     * @param status the HTTP status of the answer
     * @param data what programs read; left out when empty
     */
    McpException(int status, int code, String message, JsonObject data) {
        super(message);
        this.status = status;
        this.code = code;
        this.data = data.deepCopy();
    }

    /** An error without more to say. */
    McpException(int status, int code, String message) {
        this(status, code, message, new JsonObject());
    }

    /** A message that is not as the protocol wants it; HTTP status 400. */
    static McpException malformed(int code, String message) {
        return new McpException(BAD_REQUEST, code, message);
    }

    /** A parameter of a well-formed request that is wrong; HTTP status 200. */
    static McpException badParameter(String field, String problem) {
        JsonObject data = new JsonObject();
        data.addProperty("field", field);
        return new McpException(200, INVALID_PARAMS, field + ": " + problem, data);
    }

    /** What the store refused, in the protocol's codes; the store's own stand in {@code data}. */
    static McpException of(RpcException refused) {
        int code = switch (refused.kind()) {
            case PARSE -> PARSE;
            case INVALID_REQUEST -> INVALID_REQUEST;
            case NO_METHOD -> NO_METHOD;
            case INVALID_PARAMS, NOT_FOUND, DENIED, CONFLICT -> INVALID_PARAMS;
            case INTERNAL, UNAVAILABLE, TIMEOUT -> INTERNAL;
        };
        return new McpException(200, code, refused.getMessage(), describe(refused));
    }

    /** {@code {kind, detail, field?}}, as on the other doors. */
    static JsonObject describe(RpcException refused) {
        JsonObject data = new JsonObject();
        data.addProperty("kind", refused.kind().name());
        data.addProperty("detail", refused.detail());
        refused.field().ifPresent(field -> data.addProperty("field", field));
        return data;
    }

    int status() {
        return status;
    }

    /** The JSON-RPC error message; without an id when that is not known. */
    JsonObject message(Optional<JsonElement> id) {
        JsonObject error = new JsonObject();
        error.addProperty("code", code);
        error.addProperty("message", getMessage());
        if (!data.isEmpty()) {
            error.add("data", data);
        }
        JsonObject message = new JsonObject();
        message.addProperty("jsonrpc", "2.0");
        id.ifPresent(known -> message.add("id", known));
        message.add("error", error);
        return message;
    }
}
