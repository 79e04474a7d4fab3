package dev.nullbox.manifest;

/**
 * Memory of the guest. Below 64 MiB the guest's kernel does not boot.
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
