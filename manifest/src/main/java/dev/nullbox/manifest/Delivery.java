package dev.nullbox.manifest;

/** The way in which a secret reaches its agent. */
public enum Delivery implements Keyword {
    /** A file of mode 0400 in {@code /run/secrets}, there from the start. */
    FILE,
    /** An answer of the agent's own API at its gateway address, when the agent asks. */
    FETCH
}
