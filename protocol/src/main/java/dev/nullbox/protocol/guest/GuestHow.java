package dev.nullbox.protocol.guest;

import java.util.Arrays;
import java.util.Optional;

/** Way in which an agent ended, as its init reports it. */
public enum GuestHow {
    /** With the exit code CODE. */
    EXITED(1),
    /** By the signal CODE. */
    SIGNALLED(2),
    /** Killed by the guest's kernel for lack of memory. */
    OUT_OF_MEMORY(3),
    /** It asked for a restart of its machine: reboot in its PID namespace. */
    REBOOT(4),
    /** It asked for its machine to be powered off. */
    POWER_OFF(5),
    /** Its command does not exist. */
    NOT_FOUND(6),
    /** Its command cannot be executed. */
    NOT_EXECUTABLE(7),
    /** The guest could not be set up; TEXT has the reason. */
    SETUP(8);

    private final int number;

    GuestHow(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The way of the number; empty for an unknown one. */
    public static Optional<GuestHow> of(long number) {
        return Arrays.stream(values()).filter(how -> how.number() == number).findFirst();
    }
}
