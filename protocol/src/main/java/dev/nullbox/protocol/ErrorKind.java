package dev.nullbox.protocol;

import java.util.Optional;

/** Kinds of errors, each with its JSON-RPC 2.0 error code (https://www.jsonrpc.org/specification, section 5.1). */
public enum ErrorKind {
    /** The line is not JSON. */
    PARSE(-32700, Remedy.CLIENT),
    /** The JSON is not a JSON-RPC 2.0 request. */
    INVALID_REQUEST(-32600, Remedy.CLIENT),
    /** No such method. */
    NO_METHOD(-32601, Remedy.CLIENT),
    /** A parameter is missing or wrong. */
    INVALID_PARAMS(-32602, "correct the value that the cause names"),
    /** A bug of the called service. */
    INTERNAL(-32603, "this is a bug in the appliance; nullctl logs has what it said"),
    /** The caller may not call this method. */
    DENIED(-32001, "this is not for operators to do"),
    /** The named object does not exist. */
    NOT_FOUND(-32002, "nullctl agents, vault list and memory list name what is there"),
    /** The object is in a state that does not allow this. */
    CONFLICT(-32003, "nullctl status and nullctl agents say what state it is in"),
    /** A service or resource that is needed does not answer or is exhausted. */
    UNAVAILABLE(-32004, "nullctl status says which service is down, nullctl logs why"),
    /** The deadline passed. */
    TIMEOUT(-32005, "ask again; nullctl logs says what the appliance is doing");

    private final int code;
    private final String remedy;

    ErrorKind(int code, String remedy) {
        this.code = code;
        this.remedy = remedy;
    }

    /** The JSON-RPC error code. */
    public int code() {
        return code;
    }

    /** The operator's next step, where the reason has none of its own. */
    public String remedy() {
        return remedy;
    }

    /** The kind with the JSON-RPC error code. */
    public static Optional<ErrorKind> of(int code) {
        for (ErrorKind kind : values()) {
            if (kind.code == code) {
                return Optional.of(kind);
            }
        }
        return Optional.empty();
    }

    private static final class Remedy {
        static final String CLIENT =
                "use the nullctl that was built with the appliance, or ask as /v1/openapi.json says";
    }
}
