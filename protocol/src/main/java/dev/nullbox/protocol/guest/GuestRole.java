package dev.nullbox.protocol.guest;

import java.util.Arrays;
import java.util.Optional;

/** Purpose of a connection that a guest has dialled. */
public enum GuestRole {
    /** The init's control connection, as long as the guest lives. */
    INIT(1),
    /** The configuration, from host to guest. */
    CONFIG(2),
    /** The agent's output, from guest to host. */
    OUTPUT(3),
    /** The control connection of the Java tools. */
    TOOLS(4),
    /** One program's streams, by the token of the call that asked for it. */
    STREAM(5);

    private final int number;

    GuestRole(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }

    /** The role of the number; empty when there is none. */
    public static Optional<GuestRole> of(long number) {
        return Arrays.stream(values()).filter(role -> role.number() == number).findFirst();
    }
}
