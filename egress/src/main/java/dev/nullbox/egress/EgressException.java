package dev.nullbox.egress;

/** A policy that is not in force: refused, or not taken by the kernel. */
public final class EgressException extends Exception {
    private static final long serialVersionUID = 1L;

    private final EgressCode code;
    private final String field;

    /**
     * A failure that concerns no single field.
     *
     * @param code what kind
     * @param message what is wrong and what to do about it
     */
    public EgressException(EgressCode code, String message) {
        this(code, message, "");
    }

    /**
     * A failure.
     *
     * @param code what kind
     * @param message what is wrong and what to do about it
     * @param field the parameter or manifest path at fault, or empty
     */
    public EgressException(EgressCode code, String message, String field) {
        super(message);
        this.code = code;
        this.field = field;
    }

    /** What kind of failure. */
    public EgressCode code() {
        return code;
    }

    /** The parameter or manifest path at fault, or empty. */
    public String field() {
        return field;
    }
}
