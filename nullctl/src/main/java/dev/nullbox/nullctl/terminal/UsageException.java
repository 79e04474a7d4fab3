package dev.nullbox.nullctl.terminal;

/** Input that the command cannot work with, beyond what its options' types tell. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
