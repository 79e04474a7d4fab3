package dev.nullbox.manifest;

/** Rule for starting an agent again that has ended. */
public enum RestartPolicy implements Keyword {
    /** Not at all. */
    NEVER,
    /** When its exit code was not 0, or a signal killed it. */
    ON_FAILURE,
    /** However it ended, unless the operator stopped it. */
    ALWAYS
}
