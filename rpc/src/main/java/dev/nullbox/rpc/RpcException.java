package dev.nullbox.rpc;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;
import java.util.Optional;

/** Error as on the wire: a stable code, a message for people, and the field at fault where there is one. */
public final class RpcException extends Exception {
    private static final long serialVersionUID = 1L;

    private final ErrorKind kind;
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
        this(kind, reason.name(), message, field);
    }

    /** An error that concerns no single field. */
    public RpcException(ErrorKind kind, String detail, String message) {
        this(kind, detail, message, "");
    }

    /**
     * @param kind the kind
     * @param detail the service's stable code, upper case with underscores
     * @param message what was wrong and what would be right; never a secret
     * @param field the parameter or manifest path at fault, or empty
     */
    public RpcException(ErrorKind kind, String detail, String message, String field) {
        super(message);
        this.kind = kind;
        this.detail = detail;
        this.field = field;
    }

    /** The same error with another message. */
    public RpcException withMessage(String other) {
        return new RpcException(kind, detail, other, field);
    }

    /** The kind of error. */
    public ErrorKind kind() {
        return kind;
    }

    /** Tells whether the error has this reason. */
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
