package dev.nullbox.nulld.disk;

import dev.nullbox.protocol.api.NulldReason;

/** Work on a disk that was refused before anything was written. */
public final class DiskRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    private final NulldReason reason;
    private final String problem;

    DiskRefusedException(NulldReason reason, String message) {
        super(message);
        this.reason = reason;
        this.problem = message;
    }

    public String problem() {
        return problem;
    }

    public NulldReason reason() {
        return reason;
    }
}
