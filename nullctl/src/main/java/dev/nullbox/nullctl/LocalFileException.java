package dev.nullbox.nullctl;

import java.io.IOException;
import java.util.Optional;

/** A file or stream of this machine could not be written, and why. */
final class LocalFileException extends Exception {
    private static final long serialVersionUID = 1L;

    LocalFileException(String what, IOException cause) {
        super(what + ": " + cause.getClass().getSimpleName() + ": "
                + Optional.ofNullable(cause.getMessage()).orElse("no cause given"));
    }
}
