package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.util.Optional;

/** Failure to write a file or stream of this machine, with the cause. */
public final class LocalFileException extends Exception {
    private static final long serialVersionUID = 1L;

    public LocalFileException(String what, IOException cause) {
        super(what + ": " + cause.getClass().getSimpleName() + ": "
                + Optional.ofNullable(cause.getMessage()).orElse("no cause given"));
    }
}
