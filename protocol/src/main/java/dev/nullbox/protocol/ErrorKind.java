package dev.nullbox.protocol;

import java.util.Optional;

/** Kinds of errors, each with its JSON-RPC 2.0 error code (https://www.jsonrpc.org/specification, section 5.1). */
public enum ErrorKind {
    /** The line is not JSON. */
    PARSE(-32700),
    /** The JSON is not a JSON-RPC 2.0 request. */
    INVALID_REQUEST(-32600),
    /** No such method. */
    NO_METHOD(-32601),
    /** A parameter is missing or wrong. */
    INVALID_PARAMS(-32602),
    /** A bug of the called service. */
    INTERNAL(-32603),
    /** The caller may not call this method. */
    DENIED(-32001),
    /** The named object does not exist. */
    NOT_FOUND(-32002),
    /** The object is in a state that does not allow this. */
    CONFLICT(-32003),
    /** A service or resource that is needed does not answer or is exhausted. */
    UNAVAILABLE(-32004),
    /** The deadline passed. */
    TIMEOUT(-32005);

    private final int code;

    ErrorKind(int code) {
        this.code = code;
    }

    /** The JSON-RPC error code. */
    public int code() {
        return code;
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
}
