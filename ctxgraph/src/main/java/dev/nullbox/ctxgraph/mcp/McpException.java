package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcException;
import java.util.Optional;

/**
 * Failure of a request that is answered by a JSON-RPC error, not by a result.
 *
 * <p>Codes from -32020 on are the protocol's own; none between -32000 and -32019 is sent, as clients give those
 * meanings of their own.
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
     * @param data details for programs; left out when empty
     */
    McpException(int status, int code, String message, JsonObject data) {
        super(message);
        this.status = status;
        this.code = code;
        this.data = data.deepCopy();
    }

    /** An error without data. */
    McpException(int status, int code, String message) {
        this(status, code, message, new JsonObject());
    }

    /** Malformed message; HTTP status 400. */
    static McpException malformed(int code, String message) {
        return new McpException(BAD_REQUEST, code, message);
    }

    /** Wrong parameter in a well-formed request; HTTP status 200. */
    static McpException badParameter(String field, String problem) {
        JsonObject data = new JsonObject();
        data.addProperty("field", field);
        return new McpException(200, INVALID_PARAMS, field + ": " + problem, data);
    }

    /** A refusal of the store under the protocol's codes; the store's own kind and reason stand in {@code data}. */
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

    /** {@code {kind, detail, field?}}, as on the other listeners. */
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

    /** The JSON-RPC error message; without an id when that is unknown. */
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
