package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;

/**
 * The guest's memory: 64 to 65,536 MiB. Below 64 MiB the guest kernel does not come up.
 *
 * @param value in MiB
 */
public record MemoryMib(int value) {
    /** What the guest kernel needs to boot, in MiB. */
    public static final int MIN = 64;
    /** The most that one agent may ask for, in MiB. */
    public static final int MAX = 65_536;

    /**
     * A checked size.
     *
     * @throws InvalidValueException when it is out of bounds
     */
    public MemoryMib {
        if (value < MIN || value > MAX) {
            throw new InvalidValueException(
                    value + " MiB is out of bounds", "ask for " + MIN + " (the guest's minimum) to " + MAX + " MiB");
        }
    }
}
