package dev.nullbox.gate.open;

/** Refusal of a request or an answer: malformed, or what the gate cannot hold to its promises. */
public final class RefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final String status;

    /** @param status status line of the answer to the agent, without the version */
    RefusedException(String status, String why) {
        super(why, null, false, false);
        this.status = status;
    }

    /** Status line of the answer to the agent, without the version. */
    public String status() {
        return status;
    }

    /** Cause for people; never with a secret. */
    public String why() {
        return String.valueOf(getMessage());
    }
}
