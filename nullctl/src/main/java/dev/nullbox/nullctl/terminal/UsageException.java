package dev.nullbox.nullctl.terminal;

/** Input that a command cannot work with, beyond the checks of its options' types. */
public final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    public UsageException(String message) {
        super(message);
    }
}
