package dev.nullbox.manifest;

/** Way in which a secret reaches its agent. */
public enum Delivery implements Keyword {
    /** A file of mode 0400 in {@code /run/secrets}, there from the start. */
    FILE,
    /** The agent fetches it from its own API at its gateway address. */
    FETCH
}
