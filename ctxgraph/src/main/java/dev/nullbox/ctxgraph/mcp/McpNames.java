package dev.nullbox.ctxgraph.mcp;

import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Any text as one segment of a key, so that no two texts become the same one and people can read most of them. */
final class McpNames {
    /** Characters of a segment. */
    static final int MAX_LENGTH = 128;

    private McpNames() {}

    /**
     * Letters, digits, {@code .} and {@code -} as they are, each other byte of the UTF-8 as {@code _} and two hexadecimal
     * digits; for a text that is empty or becomes too long {@code _h} and its SHA-256.
     */
    static String segment(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder segment = new StringBuilder();
        for (int i = 0; i < utf8.length && segment.length() <= MAX_LENGTH; i++) {
            char c = (char) (utf8[i] & 0xff);
            if (c == '.' || (c != '_' && PrincipalName.allowed(c))) {
                segment.append(c);
            } else {
                segment.append('_').append(HexFormat.of().toHexDigits(utf8[i]));
            }
        }
        return segment.isEmpty() || segment.length() > MAX_LENGTH
                ? "_h" + NodeId.of(utf8).hex()
                : segment.toString();
    }
}
