package dev.nullbox.manifest;

/** Whether an agent that has ended is started again. */
public enum RestartPolicy implements Keyword {
    /** It is not. */
    NEVER,
    /** When its exit code was not 0, or a signal killed it. */
    ON_FAILURE,
    /** However it ended, unless the operator stopped it. */
    ALWAYS
}
