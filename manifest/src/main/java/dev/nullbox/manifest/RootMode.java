package dev.nullbox.manifest;

/** Lifetime of an agent's writes to its own root file system. */
public enum RootMode implements Keyword {
    /** Until the end of the run: each run begins with the image as it is. */
    EPHEMERAL,
    /** Beyond the run: the next run finds them. */
    PERSISTENT,
    /** None: writes are refused. */
    READ_ONLY
}
