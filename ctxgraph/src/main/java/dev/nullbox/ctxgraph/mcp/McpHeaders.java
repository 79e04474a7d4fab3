package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.http.HttpRequestContext;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/**
 * Check of a stateless request (revision 2026-07-28): its headers and its {@code _meta} must name the same revision,
 * method and subject.
 */
final class McpHeaders {
    static final String VERSION = "MCP-Protocol-Version";
    static final String SESSION = "Mcp-Session-Id";

    private static final String METHOD = "Mcp-Method";
    private static final String NAME = "Mcp-Name";
    private static final String ENCODED = "=?base64?";
    private static final String ENCODED_END = "?=";

    private McpHeaders() {}

    /** The revision that the body names; only stateless requests name one. */
    static Optional<String> bodyVersion(McpMessage.Request request) {
        return Optional.ofNullable(McpMessage.text(request.meta().get(McpServer.OWN + "protocolVersion")));
    }

    /**
     * The revision that a header names.
     *
     * @throws McpException when it is not supported
     */
    static Optional<McpVersion> version(HttpRequestContext call) throws McpException {
        Optional<String> text = call.header(VERSION);
        return text.isPresent() ? Optional.of(spoken(text.get())) : Optional.empty();
    }

    /** @throws McpException with the first header or member that is missing or contradicts another */
    static void check(HttpRequestContext call, McpMessage.Request request) throws McpException {
        String version = bodyVersion(request)
                .orElseThrow(() -> missing("params._meta." + McpServer.OWN + "protocolVersion must be a string"));
        require(call, VERSION, version);
        if (!spoken(version).stateless()) {
            throw McpException.malformed(
                    McpException.INVALID_REQUEST, version + " has sessions: begin one with initialize, without _meta");
        }
        if (!(request.meta().get(McpServer.OWN + "clientCapabilities") instanceof JsonObject)) {
            throw missing("params._meta." + McpServer.OWN + "clientCapabilities must be an object");
        }
        require(call, METHOD, request.method());
        switch (request.method()) {
            case "tools/call" -> requireName(call, request, "name");
            case "resources/read" -> requireName(call, request, "uri");
            default -> {
                // No other method of this server names a subject.
            }
        }
    }

    private static void requireName(HttpRequestContext call, McpMessage.Request request, String member)
            throws McpException {
        String name = McpMessage.text(request.params().get(member));
        if (name != null) {
            require(call, NAME, name);
        }
    }

    private static void require(HttpRequestContext call, String header, String body) throws McpException {
        String value = call.header(header)
                .orElseThrow(() -> mismatch("the header " + header + " is missing: it must repeat the body's value"));
        if (!decoded(header, value).equals(body)) {
            throw mismatch("the header " + header + " differs from the body's value");
        }
    }

    private static String decoded(String header, String value) throws McpException {
        if (!value.startsWith(ENCODED) || !value.endsWith(ENCODED_END)) {
            return value;
        }
        try {
            String base64 = value.substring(ENCODED.length(), value.length() - ENCODED_END.length());
            return new String(Base64.getDecoder().decode(base64), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | StringIndexOutOfBoundsException e) {
            throw mismatch("the header " + header + " is no base 64 between " + ENCODED + " and " + ENCODED_END);
        }
    }

    private static McpVersion spoken(String text) throws McpException {
        return McpVersion.of(text).orElseThrow(() -> {
            JsonObject data = new JsonObject();
            data.add("supported", McpVersion.supported());
            data.addProperty("requested", text);
            return new McpException(
                    HttpRequestContext.BAD_REQUEST,
                    McpException.UNSUPPORTED_VERSION,
                    "this revision of the protocol is not supported",
                    data);
        });
    }

    private static McpException missing(String problem) {
        return McpException.malformed(McpException.INVALID_PARAMS, problem);
    }

    private static McpException mismatch(String problem) {
        return McpException.malformed(McpException.HEADER_MISMATCH, problem);
    }
}
