package dev.nullbox.manifest;

/** Who starts an agent. */
public enum StartMode implements Keyword {
    /** The appliance, at boot. */
    AUTO,
    /** The operator. */
    MANUAL
}
