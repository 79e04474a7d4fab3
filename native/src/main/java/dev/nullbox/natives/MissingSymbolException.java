package dev.nullbox.natives;

/** Failure to load a C library, or a function of it. */
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
