package dev.nullbox.protocol.guest;

/** Fate of what an agent writes to its root file system. */
public enum GuestRoot {
    /** It is gone with the run. */
    EPHEMERAL(1),
    /** It outlives runs. */
    PERSISTENT(2),
    /** Nothing can be written. */
    READ_ONLY(3);

    private final int number;

    GuestRoot(int number) {
        this.number = number;
    }

    public int number() {
        return number;
    }
}
