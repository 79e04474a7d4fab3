package dev.nullbox.manifest;

/** How a secret reaches its agent. */
public enum Delivery {
    /** A file of mode 0400 in {@code /run/secrets}, there from the start. */
    FILE("file"),
    /** One answer of the agent's own API at its gateway address, when the agent asks. */
    FETCH("fetch");

    private final String key;

    Delivery(String key) {
        this.key = key;
    }

    /** As written in AGENT.toml. */
    public String key() {
        return key;
    }
}
