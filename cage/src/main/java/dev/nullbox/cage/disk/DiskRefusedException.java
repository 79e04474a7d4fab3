package dev.nullbox.cage.disk;

import java.io.IOException;

/** Refusal of disks to an agent, with the remedy: another try does not help until space is freed. */
public final class DiskRefusedException extends IOException {
    private static final long serialVersionUID = 1L;

    DiskRefusedException(String message) {
        super(message);
    }
}
