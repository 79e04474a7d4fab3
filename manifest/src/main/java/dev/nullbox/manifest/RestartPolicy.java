package dev.nullbox.manifest;

/** Whether an agent that has ended is started again. */
public enum RestartPolicy {
    /** It is not. */
    NEVER("never"),
    /** When its exit code was not 0, or a signal killed it. */
    ON_FAILURE("on-failure"),
    /** However it ended, unless the operator stopped it. */
    ALWAYS("always");

    private final String key;

    RestartPolicy(String key) {
        this.key = key;
    }

    /** As written in AGENT.toml. */
    public String key() {
        return key;
    }
}
