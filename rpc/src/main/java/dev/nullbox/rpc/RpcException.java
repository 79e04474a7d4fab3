package dev.nullbox.rpc;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;
import java.util.Optional;

/** An error as it crosses the wire: a stable code, a message for people, and the field at fault where there is one. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1L;

    /** What went wrong, in kind; a service's own finer code is the {@code detail} string, as {@code "VAULT_SEALED"}. */
    public enum Code {
        /** The line is not JSON. */
        PARSE(-32700),
        /** The JSON is not a JSON-RPC 2.0 request. */
        INVALID_REQUEST(-32600),
        /** No such method. */
        NO_METHOD(-32601),
        /** A parameter is missing or wrong. */
        INVALID_PARAMS(-32602),
        /** A bug on the far side. */
        INTERNAL(-32603),
        /** The caller may not call this method. */
        DENIED(-32001),
        /** The named thing is not there. */
        NOT_FOUND(-32002),
        /** The thing is not in a state that allows this. */
        CONFLICT(-32003),
        /** A service or resource that is needed does not answer or is used up. */
        UNAVAILABLE(-32004),
        /** The deadline passed. */
        TIMEOUT(-32005);

        private final int number;

        Code(int number) {
            this.number = number;
        }

        /** The JSON-RPC error code. */
        public int number() {
            return number;
        }
    }

    private final Code code;
    private final String detail;
    private final String field;

    /** An error of a reason's own kind that concerns no single field. */
    public RpcException(Reason reason, String message) {
        this(reason, message, "");
    }

    /**
     * An error of a reason's own kind.
     *
     * @param message what was wrong and what would be right; never a secret
     * @param field the parameter or manifest path at fault, or empty
     */
    public RpcException(Reason reason, String message, String field) {
        this(reason.kind(), reason, message, field);
    }

    /** An error of another kind than its reason's own. */
    public RpcException(ErrorKind kind, Reason reason, String message, String field) {
        this(Code.valueOf(kind.name()), reason.name(), message, field);
    }

    /** An error that concerns no single field. */
    public RpcException(Code code, String detail, String message) {
        this(code, detail, message, "");
    }

    /**
     * @param code the kind
     * @param detail the service's stable code, upper case with underscores
     * @param message what was wrong and what would be right; never a secret
     * @param field the parameter or manifest path at fault, or empty
     */
    public RpcException(Code code, String detail, String message, String field) {
        super(message);
        this.code = code;
        this.detail = detail;
        this.field = field;
    }

    public Code code() {
        return code;
    }

    /** The same error in other words. */
    public RpcException withMessage(String other) {
        return new RpcException(code, detail, other, field);
    }

    /** The kind of error. */
    public ErrorKind kind() {
        return ErrorKind.valueOf(code.name());
    }

    /** Whether this is the reason. */
    public boolean is(Reason reason) {
        return detail.equals(reason.name());
    }

    /** The reason as on the wire. */
    public String detail() {
        return detail;
    }

    /** The parameter or manifest path at fault. */
    public Optional<String> field() {
        return field.isEmpty() ? Optional.empty() : Optional.of(field);
    }

    /** The message, which is never absent here. */
    @Override
    public String getMessage() {
        String message = super.getMessage();
        return message == null ? "" : message;
    }
}
