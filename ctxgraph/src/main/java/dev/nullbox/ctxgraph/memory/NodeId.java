package dev.nullbox.ctxgraph.memory;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The SHA-256 of a node's canonical encoding.
 *
 * @param hex 64 lower-case hexadecimal digits
 */
public record NodeId(String hex) {
    public static final int LENGTH_BYTES = 32;

    private static final int LENGTH = 2 * LENGTH_BYTES;

    /**
     * @throws IllegalArgumentException when the text is no id
     */
    public NodeId {
        if (!isId(hex)) {
            throw new IllegalArgumentException("an id has " + LENGTH + " lower-case hexadecimal digits");
        }
    }

    /** Whether the text is 64 lower-case hexadecimal digits. */
    public static boolean isId(String text) {
        return text.length() == LENGTH && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The id of a canonical encoding. */
    public static NodeId of(byte[] canonical) {
        return ofBytes(digest().digest(canonical));
    }

    /** A SHA-256 to be worked out piece by piece. */
    public static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every Java platform has SHA-256", e);
        }
    }

    /** The id of 32 bytes. */
    public static NodeId ofBytes(byte[] bytes) {
        return new NodeId(HexFormat.of().formatHex(bytes));
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        return HexFormat.of().parseHex(hex);
    }

    @Override
    public String toString() {
        return hex;
    }
}
