package dev.nullbox.gate.head;

/** Reading stopped: a hello or a head is malformed, or asks for what the gate does not pass. */
public final class UnreadException extends Exception {
    private static final long serialVersionUID = 1L;

    UnreadException(String why) {
        super(why, null, false, false);
    }

    /** Cause for people. */
    public String why() {
        return String.valueOf(getMessage());
    }
}
