package dev.nullbox.natives;

/** A C library, or a function in it, that is not there. */
public final class MissingSymbolException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A missing symbol or library.
     *
     * @param message names the library and the symbol
     */
    public MissingSymbolException(String message) {
        super(message);
    }
}
