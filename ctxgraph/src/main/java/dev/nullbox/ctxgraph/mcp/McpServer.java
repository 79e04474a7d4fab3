package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.ctxgraph.http.HttpRequestContext;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.rpc.RpcException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Requests of the protocol apart from their transport: the server's self-description, its tools and its resources. */
final class McpServer {
    static final String DISCOVER = "server/discover";
    static final String INITIALIZE = "initialize";
    static final String LISTEN = "subscriptions/listen";

    /** Prefix of the protocol's own members of {@code _meta}. */
    static final String OWN = "io.modelcontextprotocol/";

    private static final int NO_RESOURCE = -32_002;
    private static final int CACHE_MS = 300_000;
    private static final String CAPABILITIES = """
            {"tools": {}, "resources": {"subscribe": true}}""";
    private static final String SERVER_INFO = """
            {"name": "nullbox-memory", "title": "NullBox shared memory", "version": "1"}""";
    private static final String INSTRUCTIONS = "Memory that outlives this conversation. Facts about people and things:"
            + " the knowledge graph (create_entities, add_observations, create_relations, search_nodes). Anything else:"
            + " JSON values under keys like notes/today (put, get, list, search).";

    private final Map<String, McpTool> tools = new LinkedHashMap<>();
    private final McpResources resources;

    McpServer(List<McpTool> tools, McpResources resources) {
        tools.forEach(tool -> this.tools.put(tool.name(), tool));
        this.resources = resources;
    }

    McpResources resources() {
        return resources;
    }

    /** Result of {@code initialize}. */
    static JsonObject initialized(McpVersion version) {
        JsonObject result = new JsonObject();
        result.addProperty("protocolVersion", version.text());
        result.add("capabilities", constant(CAPABILITIES));
        result.add("serverInfo", constant(SERVER_INFO));
        result.addProperty("instructions", INSTRUCTIONS);
        return result;
    }

    /**
     * Answers a stateless request.
     *
     * @throws McpException to answer with an error
     */
    JsonObject answer(McpMessage.Request request) throws McpException {
        JsonObject result = switch (request.method()) {
            case DISCOVER -> cacheable(discovered(), CACHE_MS);
            case "tools/list", "resources/list", "resources/templates/list" -> cacheable(listed(request), CACHE_MS);
            case "tools/call" -> call(request);
            case "resources/read" -> cacheable(read(request, McpException.INVALID_PARAMS), 0);
            default -> throw unknown(HttpRequestContext.NOT_FOUND, request);
        };
        return complete(result);
    }

    /**
     * Answers a request of a session.
     *
     * @throws McpException to answer with an error
     */
    JsonObject answer(McpSession session, McpMessage.Request request) throws McpException {
        return switch (request.method()) {
            case "ping" -> new JsonObject();
            case "tools/list", "resources/list", "resources/templates/list" -> listed(request);
            case "tools/call" -> call(request);
            case "resources/read" -> read(request, NO_RESOURCE);
            case "resources/subscribe" -> {
                String uri = text(request, "uri");
                if (!resources.isKnown(uri)) {
                    throw McpException.badParameter("uri", "there is no such resource");
                }
                session.subscribe(uri);
                yield new JsonObject();
            }
            case "resources/unsubscribe" -> {
                session.unsubscribe(text(request, "uri"));
                yield new JsonObject();
            }
            default -> throw unknown(HttpRequestContext.OK, request);
        };
    }

    /** A result in the form of stateless requests. */
    static JsonObject complete(JsonObject result) {
        result.addProperty("resultType", "complete");
        JsonObject meta = result.get(McpMessage.META) instanceof JsonObject known ? known : new JsonObject();
        meta.add(OWN + "serverInfo", constant(SERVER_INFO));
        result.add(McpMessage.META, meta);
        return result;
    }

    private static JsonObject cacheable(JsonObject result, int milliseconds) {
        result.addProperty("ttlMs", milliseconds);
        result.addProperty("cacheScope", "private");
        return result;
    }

    private static JsonObject discovered() {
        JsonObject result = new JsonObject();
        result.add("supportedVersions", McpVersion.supported());
        result.add("capabilities", constant(CAPABILITIES));
        result.addProperty("instructions", INSTRUCTIONS);
        return result;
    }

    /** Checks a request for a list: each list is one page, so that no cursor is valid. */
    private JsonObject listed(McpMessage.Request request) throws McpException {
        if (request.params().has("cursor")) {
            throw McpException.badParameter("cursor", "there is one page only: leave it out");
        }
        return switch (request.method()) {
            case "tools/list" -> {
                JsonArray all = new JsonArray();
                tools.values().forEach(tool -> all.add(tool.describe()));
                JsonObject result = new JsonObject();
                result.add("tools", all);
                yield result;
            }
            case "resources/list" -> constant(McpResources.LIST);
            default -> constant(McpResources.TEMPLATES);
        };
    }

    private JsonObject call(McpMessage.Request request) throws McpException {
        String name = text(request, "name");
        McpTool tool = tools.get(name);
        if (tool == null) {
            throw McpException.badParameter(
                    "name", "there is no such tool; there are " + String.join(", ", tools.keySet()));
        }
        JsonElement arguments = request.params().get("arguments");
        return tool.call(arguments == null ? new JsonObject() : arguments);
    }

    private JsonObject read(McpMessage.Request request, int absent) throws McpException {
        try {
            return resources.read(text(request, "uri"));
        } catch (RpcException e) {
            if (e.kind() == ErrorKind.NOT_FOUND) {
                throw new McpException(HttpRequestContext.OK, absent, e.getMessage(), McpException.describe(e));
            }
            throw McpException.of(e);
        }
    }

    private static McpException unknown(int status, McpMessage.Request request) {
        return new McpException(status, McpException.NO_METHOD, "there is no method " + request.method() + " here");
    }

    private static String text(McpMessage.Request request, String name) throws McpException {
        return Optional.ofNullable(McpMessage.text(request.params().get(name)))
                .orElseThrow(() -> McpException.badParameter(name, "must be a string"));
    }

    private static JsonObject constant(String json) {
        return JsonParser.parseString(json).getAsJsonObject();
    }
}
