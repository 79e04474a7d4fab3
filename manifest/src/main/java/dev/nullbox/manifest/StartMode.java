package dev.nullbox.manifest;

/** Starter of an agent. */
public enum StartMode implements Keyword {
    /** The appliance, at boot. */
    AUTO,
    /** The operator. */
    MANUAL
}
