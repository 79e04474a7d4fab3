package dev.nullbox.cage.jail;

import java.util.Arrays;

/** Secret on its way from the warden to the agent's file; its bytes are wiped when it is closed. */
public final class Secret implements AutoCloseable {
    private final String name;
    private final byte[] value;

    /** Takes the array over. */
    public Secret(String name, byte[] value) {
        this.name = name;
        this.value = value;
    }

    public String name() {
        return name;
    }

    /** The bytes themselves, not a copy. */
    public byte[] value() {
        return value;
    }

    @Override
    public void close() {
        Arrays.fill(value, (byte) 0);
    }

    @Override
    public String toString() {
        return "Secret[" + name + "]";
    }
}
