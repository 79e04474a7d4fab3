package dev.nullbox.protocol;

import java.util.Locale;

/** The services that answer calls, each on a Unix socket of its own. */
public enum Service {
    NULLD,
    EGRESS,
    WARDEN,
    CTXGRAPH,
    CAGE;

    /** Name of the service, of its process and of its user. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The file name of its socket. */
    public String socketName() {
        return key() + ".sock";
    }
}
