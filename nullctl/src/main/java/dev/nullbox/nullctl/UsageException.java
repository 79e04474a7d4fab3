package dev.nullbox.nullctl;

/** Input that the command cannot work with, beyond what its options' types tell. */
final class UsageException extends Exception {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }
}
