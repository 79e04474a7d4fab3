package dev.nullbox.protocol;

import java.util.Locale;

/** The services that answer calls, each on a Unix socket of its own. */
public enum Service {
    NULLD,
    EGRESS,
    WARDEN,
    CTXGRAPH,
    CAGE;

    /** The service's name, which its process, user and socket bear. */
    public String key() {
        return name().toLowerCase(Locale.ROOT);
    }

    /** The file name of its socket. */
    public String socketName() {
        return key() + ".sock";
    }
}
