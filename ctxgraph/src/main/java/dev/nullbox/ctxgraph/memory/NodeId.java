package dev.nullbox.ctxgraph.memory;

import dev.nullbox.service.Sha256;
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

    /** Tells whether the text is 64 lower-case hexadecimal digits. */
    public static boolean isId(String text) {
        return text.length() == LENGTH && text.chars().allMatch(c -> (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'));
    }

    /** The id of a canonical encoding. */
    public static NodeId of(byte[] canonical) {
        return new NodeId(Sha256.hex(canonical));
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
