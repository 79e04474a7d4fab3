package dev.nullbox.protocol.guest;

/** Persistence of an agent's writes to its root file system. */
public enum GuestRoot {
    /** Writes are lost with the run. */
    EPHEMERAL(1),
    /** Writes outlive runs. */
    PERSISTENT(2),
    /** Writes are refused. */
    READ_ONLY(3);

    private final int number;

    GuestRoot(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
