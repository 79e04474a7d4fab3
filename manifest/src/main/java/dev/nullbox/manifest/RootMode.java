package dev.nullbox.manifest;

/** The life of what an agent writes to its own root file system. */
public enum RootMode implements Keyword {
    /** The run's: each run begins with the image as it is. */
    EPHEMERAL,
    /** The agent's: the next run finds what this one wrote. */
    PERSISTENT,
    /** None: writes are refused. */
    READ_ONLY
}
