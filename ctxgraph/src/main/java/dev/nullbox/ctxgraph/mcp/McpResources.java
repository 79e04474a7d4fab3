package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.memory.KeyGlob;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Resources that clients read or subscribe to by URI: the knowledge graph, as the common memory server has it, and
 * every key; for subscriptions also all keys below a prefix, as {@code memory://keys/notes/*}.
 */
final class McpResources {
    static final String GRAPH = "memory://knowledge-graph";
    private static final String KEYS = "memory://keys/";

    /** The result of {@code resources/list}. */
    static final String LIST = """
            {"resources": [{
              "uri": "memory://knowledge-graph",
              "name": "knowledge-graph",
              "title": "Knowledge Graph",
              "description": "All entities and relations",
              "mimeType": "application/json"}]}""";

    /** The result of {@code resources/templates/list}. */
    static final String TEMPLATES = """
            {"resourceTemplates": [{
              "uriTemplate": "memory://keys/{+key}",
              "name": "key",
              "title": "Value of a key",
              "description": "What was last put under a key, as notes/today",
              "mimeType": "application/json"}]}""";

    private final Memory memory;
    private final Principal principal;
    private final McpGraph graph;

    McpResources(Memory memory, Principal principal, McpGraph graph) {
        this.memory = memory;
        this.principal = principal;
        this.graph = graph;
    }

    /**
     * The result of {@code resources/read}.
     *
     * @throws RpcException NOT_FOUND with the field {@code uri} when there is none; else as the store refuses
     */
    JsonObject read(String uri) throws RpcException {
        String text = uri.equals(GRAPH) ? Json.write(graph.read()) : Json.write(value(uri));
        JsonObject contents = new JsonObject();
        contents.addProperty("uri", uri);
        contents.addProperty("mimeType", "application/json");
        contents.addProperty("text", text);
        JsonArray list = new JsonArray();
        list.add(contents);
        JsonObject result = new JsonObject();
        result.add("contents", list);
        return result;
    }

    /** Tells whether the URI can be subscribed to. */
    boolean isKnown(String uri) {
        if (uri.equals(GRAPH)) {
            return true;
        }
        try {
            return uri.startsWith(KEYS) && !pattern(uri).text().isEmpty();
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    /** The URIs among these whose content the writes have changed. */
    Set<String> changed(List<String> uris, List<Memory.Head> writes) {
        Set<String> changed = new LinkedHashSet<>();
        for (String uri : uris) {
            KeyGlob keys = uri.equals(GRAPH) ? null : pattern(uri);
            if (writes.stream()
                    .anyMatch(write -> keys == null ? graph.holds(write.key()) : keys.matches(write.key()))) {
                changed.add(uri);
            }
        }
        return changed;
    }

    private JsonElement value(String uri) throws RpcException {
        RpcException absent = new RpcException(
                MemoryReason.NOT_FOUND,
                "uri: there is no such resource; there are " + GRAPH + " and " + KEYS + "KEY for each key that holds a"
                        + " value",
                "uri");
        if (!uri.startsWith(KEYS)) {
            throw absent;
        }
        try {
            return memory.get(principal, principal.key(uri.substring(KEYS.length())))
                    .orElseThrow(() -> absent)
                    .node()
                    .value();
        } catch (IllegalArgumentException e) {
            throw absent;
        }
    }

    /** Keys that a URI selects; a key of one segment lies in the agent's own space here too. */
    private KeyGlob pattern(String uri) {
        String text = uri.substring(KEYS.length());
        return new KeyGlob(text.indexOf('/') < 0 ? principal.key(text).text() : text);
    }
}
