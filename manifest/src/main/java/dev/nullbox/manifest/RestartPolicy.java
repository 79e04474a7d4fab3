package dev.nullbox.manifest;

/** Rule for restarting an agent after its end. */
public enum RestartPolicy implements Keyword {
    /** Never. */
    NEVER,
    /** After an exit code other than 0, or a signal. */
    ON_FAILURE,
    /** After every end but a stop by the operator. */
    ALWAYS
}
