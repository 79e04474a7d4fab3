package dev.nullbox.protocol.id;

/** Refusal of a value by its type: what is wrong with it, and what would be right. */
public final class InvalidValueException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    private final String problem;
    private final String remedy;

    /**
     * A refused value.
     *
     * @param problem what is wrong, without the field's path
     * @param remedy what to write instead
     */
    public InvalidValueException(String problem, String remedy) {
        super(problem + "; " + remedy);
        this.problem = problem;
        this.remedy = remedy;
    }

    /** The fault. */
    public String problem() {
        return problem;
    }

    /** The way to put it right. */
    public String remedy() {
        return remedy;
    }
}
