package dev.nullbox.protocol.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** PID 1's reasons. */
public enum NulldReason implements Reason {
    NO_SERVICE(ErrorKind.NOT_FOUND, "there is no service of the name"),
    SERVICE_DISABLED(ErrorKind.CONFLICT, "the service is not started in this boot"),
    STOPPING(ErrorKind.CONFLICT, "the appliance is shutting down"),
    NO_DISK(ErrorKind.NOT_FOUND, "there is no disk of the name", "nullctl disk list names them"),
    DISK_IN_USE(ErrorKind.CONFLICT, "the disk is in use, or cannot be written", "nullctl disk list says by what"),
    DISK_TOO_SMALL(ErrorKind.CONFLICT, "the disk is too small", "take a larger one"),
    DISK_BUSY(ErrorKind.CONFLICT, "other work on a disk goes on", "ask again when it has ended"),
    DISK_FAILED(ErrorKind.UNAVAILABLE, "the disk failed while it was written", "take another disk; nullctl logs"),
    NOT_INSTALLABLE(
            ErrorKind.CONFLICT,
            "the appliance runs from no medium that can be copied",
            "boot from a stick that ./nullbox write made, from the ISO, or from an installed disk"),
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
