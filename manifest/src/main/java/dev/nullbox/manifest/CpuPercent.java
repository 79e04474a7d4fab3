package dev.nullbox.manifest;

/**
 * Processor time as a share of one CPU.
 *
 * @param value in percent of one CPU, 100 being one whole CPU; bounded by {@link Schema#MAX_CPU_PERCENT}
 */
public record CpuPercent(int value) {
    /**
     * A checked share.
     *
     * @throws dev.nullbox.protocol.id.InvalidValueException when it is out of bounds
     */
    public CpuPercent {
        Schema.MAX_CPU_PERCENT.check(value);
    }
}
