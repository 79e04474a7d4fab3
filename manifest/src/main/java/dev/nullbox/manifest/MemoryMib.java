package dev.nullbox.manifest;

/**
 * The guest's memory. Below 64 MiB the guest kernel does not come up.
 *
 * @param value in MiB; bounded by {@link Schema#MAX_MEMORY_MB}
 */
public record MemoryMib(int value) {
    /**
     * A checked size.
     *
     * @throws dev.nullbox.protocol.id.InvalidValueException when it is out of bounds
     */
    public MemoryMib {
        Schema.MAX_MEMORY_MB.check(value);
    }
}
