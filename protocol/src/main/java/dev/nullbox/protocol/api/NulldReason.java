package dev.nullbox.protocol.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** PID 1's reasons. */
public enum NulldReason implements Reason {
    NO_SERVICE(ErrorKind.NOT_FOUND, "there is no service of the name"),
    SERVICE_DISABLED(ErrorKind.CONFLICT, "the service is not started in this boot"),
    STOPPING(ErrorKind.CONFLICT, "the appliance is shutting down"),
    NULLD_BUSY(ErrorKind.TIMEOUT, "PID 1 did not answer"),
    NULLD_BUG(ErrorKind.INTERNAL, "a bug in PID 1");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    NulldReason(ErrorKind kind, String meaning, String... remedy) {
        details = new Details(kind, meaning, String.join("", remedy));
    }

    @Override
    public Details details() {
        return details;
    }
}
