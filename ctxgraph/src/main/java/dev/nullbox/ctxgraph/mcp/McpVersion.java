package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import java.util.Optional;

/**
 * Supported revisions of the Model Context Protocol (https://modelcontextprotocol.io/specification), the latest first.
 *
 * <p>2025-03-26 and older ones are not supported: they require JSON-RPC batches.
 */
enum McpVersion {
    /** Each request stands alone and says its version; no handshake, no sessions. */
    V2026_07_28("2026-07-28"),
    V2025_11_25("2025-11-25"),
    V2025_06_18("2025-06-18");

    private final String text;

    McpVersion(String text) {
        this.text = text;
    }

    /** The revision as on the wire. */
    String text() {
        return text;
    }

    /** The revision of this name. */
    static Optional<McpVersion> of(String text) {
        for (McpVersion version : values()) {
            if (version.text.equals(text)) {
                return Optional.of(version);
            }
        }
        return Optional.empty();
    }

    /** Tells whether requests are self-contained; otherwise they belong to a session that began with a handshake. */
    boolean stateless() {
        return this == V2026_07_28;
    }

    /** Result of a handshake: the requested revision, or the latest that has handshakes. */
    static McpVersion negotiate(String asked) {
        return of(asked).filter(version -> !version.stateless()).orElse(V2025_11_25);
    }

    /** All of them, as {@code ["2026-07-28", ...]}. */
    static JsonArray supported() {
        JsonArray all = new JsonArray();
        for (McpVersion version : values()) {
            all.add(version.text);
        }
        return all;
    }
}
