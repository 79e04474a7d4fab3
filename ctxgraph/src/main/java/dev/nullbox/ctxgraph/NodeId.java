package dev.nullbox.ctxgraph;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a node's canonical encoding.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
record NodeId(String hex) {
    static final int LENGTH_BYTES = 32;

    private static final int LENGTH = 2 * LENGTH_BYTES;

    /**
     * @throws IllegalArgumentException when the text is no id
     */
    NodeId {
        if (!isId(hex)) {
            throw new IllegalArgumentException("an id has " + LENGTH + " lower-case hexadecimal digits");
        }
    }

    /** Whether the text is 64 lower-case hexadecimal digits. */
    static boolean isId(String text) {
        return text.length() == LENGTH && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The id of a canonical encoding. */
    static NodeId of(byte[] canonical) {
        try {
            return new NodeId(HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-256").digest(canonical)));
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The id of 32 bytes. */
    static NodeId ofBytes(byte[] bytes) {
        return new NodeId(HexFormat.of().formatHex(bytes));
    }

    /** The 32 bytes. */
    byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
