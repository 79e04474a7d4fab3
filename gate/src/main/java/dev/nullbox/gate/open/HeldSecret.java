package dev.nullbox.gate.open;

import java.util.Arrays;
import java.util.Optional;

/** Value of a leased secret: visible characters, wiped on close, never shown. */
public final class HeldSecret implements AutoCloseable {
    /** Shorter ones would be found everywhere in answers. */
    static final int MIN_BYTES = 8;

    static final int MAX_BYTES = 8 * 1024;

    private final String lease;
    private final byte[] value;
    private boolean closed;

    private HeldSecret(String lease, byte[] value) {
        this.lease = lease;
        this.value = value;
    }

    /**
     * The reason why a value cannot be put into a request; empty when it can. Line ends behind it, which files have, are
     * no part of it.
     */
    public static Optional<String> unfit(byte[] value) {
        int length = length(value);
        for (int i = 0; i < length; i++) {
            if (value[i] < ' ' || value[i] > '~') {
                return Optional.of("has characters that no header may have; it takes visible ASCII in one line");
            }
        }
        return length < MIN_BYTES || length > MAX_BYTES
                ? Optional.of(
                        "has fewer than " + MIN_BYTES + " or more than " + MAX_BYTES + " characters, and is not put in")
                : Optional.empty();
    }

    /**
     * The secret of a value that is fit; the array is wiped.
     *
     * @param lease warden's name of its lease
     */
    public static HeldSecret of(String lease, byte[] value) {
        HeldSecret held = new HeldSecret(lease, Arrays.copyOf(value, length(value)));
        Arrays.fill(value, (byte) 0);
        return held;
    }

    private static int length(byte[] value) {
        int length = value.length;
        while (length > 0 && (value[length - 1] == '\n' || value[length - 1] == '\r')) {
            length--;
        }
        return length;
    }

    /** Warden's name of its lease. */
    public String lease() {
        return lease;
    }

    /** The value itself, for use before it is closed. */
    byte[] value() {
        if (closed) {
            throw new IllegalStateException("the secret has been wiped");
        }
        return value;
    }

    /** Tells whether it was wiped. */
    public boolean isClosed() {
        return closed;
    }

    @Override
    public void close() {
        Arrays.fill(value, (byte) 0);
        closed = true;
    }

    @Override
    public String toString() {
        return "HeldSecret[redacted]";
    }
}
