package dev.nullbox.protocol;

/** The services that answer calls, each on a Unix socket of its own. */
public enum Service {
    NULLD,
    EGRESS,
    WARDEN,
    CTXGRAPH,
    CAGE
}
