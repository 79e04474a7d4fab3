package dev.nullbox.warden.vault.crypto;

import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Secret bytes: owned by this object, wiped on close, never shown.
 *
 * <p>Limits: the garbage collector may have moved the array before it was wiped, and copies that others made are theirs
 * to wipe.
 */
public final class Secret implements AutoCloseable {
    private final byte[] bytes;
    private boolean closed;

    private Secret(byte[] bytes) {
        this.bytes = bytes;
    }

    /** Takes the array over: the caller keeps no reference to it. */
    public static Secret owning(byte[] bytes) {
        return new Secret(bytes);
    }

    /**
     * The array itself, for use before the next close.
     *
     * @throws IllegalStateException when closed
     */
    public byte[] bytes() {
        if (closed) {
            throw new IllegalStateException("the secret has been wiped");
        }
        return bytes;
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** Tells whether the bytes are equal, in constant time. */
    public boolean sameAs(Secret other) {
        return MessageDigest.isEqual(bytes(), other.bytes());
    }

    @Override
    public void close() {
        Arrays.fill(bytes, (byte) 0);
        closed = true;
    }

    /** Neither the bytes nor their number. */
    @Override
    public String toString() {
        return "Secret[redacted]";
    }
}
