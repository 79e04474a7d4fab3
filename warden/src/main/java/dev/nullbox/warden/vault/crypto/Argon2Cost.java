package dev.nullbox.warden.vault.crypto;

/**
 * Cost of one guess of a passphrase: Argon2id's parameters (RFC 9106, section 3.1), stored in the passphrase's slot.
 * Bounded, because a forged slot must not take warden's memory or keep it busy for minutes.
 *
 * @param passes over the memory, 1 to 16
 * @param memoryKib KiB of memory, 8 for each lane to 65,536
 * @param lanes 1 to 16; computed one after the other
 */
public record Argon2Cost(int passes, int memoryKib, int lanes) {
    /** RFC 9106, section 4, second recommended option: for where 2 GiB are too much. */
    public static final Argon2Cost RECOMMENDED = new Argon2Cost(3, 64 * 1024, 4);

    public Argon2Cost {
        if (!isBounded(passes, memoryKib, lanes)) {
            throw new IllegalArgumentException("Argon2id cost out of bounds");
        }
    }

    /** Tells whether the numbers, as read from a file, are within the bounds. */
    public static boolean isBounded(int passes, int memoryKib, int lanes) {
        return passes >= 1
                && passes <= 16
                && lanes >= 1
                && lanes <= 16
                && memoryKib >= 8 * lanes
                && memoryKib <= 64 * 1024;
    }
}
