package dev.nullbox.cage.disk;

import java.io.IOException;

/** Disks that an agent is not given, with the remedy: trying again does not help until something else goes. */
public final class DiskRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    DiskRefusedException(String message) {
        super(message);
    }
}
