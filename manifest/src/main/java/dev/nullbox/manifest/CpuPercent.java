package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;

/**
 * Processor time as a share of one CPU: 1 to 6,400 percent, 100 being one whole CPU.
 *
 * @param value in percent of one CPU
 */
public record CpuPercent(int value) {
    /** Sixty-four whole CPUs. */
    public static final int MAX = 6_400;

    /**
     * A checked share.
     *
     * @throws InvalidValueException when it is out of bounds
     */
    public CpuPercent {
        if (value < 1 || value > MAX) {
            throw new InvalidValueException(
                    value + " percent is out of bounds", "ask for 1 to " + MAX + ", 100 being one whole CPU");
        }
    }
}
