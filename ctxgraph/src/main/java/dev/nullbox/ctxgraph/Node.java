package dev.nullbox.ctxgraph;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;

/**
 * An immutable entry of memory. Its canonical encoding is the RFC 8785 text, in UTF-8, of
 *
 * <pre>{"agent":STRING,"key":STRING,"kind":"value","parents":[],"value":ANY}</pre>
 *
 * and its id is the SHA-256 of those bytes. {@code parents} are the ids of nodes that it came from (none yet) and
 * {@code kind} tells later kinds of node from plain values.
 */
record Node(AgentName agent, MemoryKey key, JsonElement value) {
    private static final String KIND = "value";

    /**
     * The bytes that are stored and hashed.
     *
     * @throws Jcs.UnrepresentableException when the value holds a number that has no canonical form
     */
    byte[] canonical() throws Jcs.UnrepresentableException {
        JsonObject encoding = new JsonObject();
        encoding.addProperty("agent", agent.text());
        encoding.addProperty("key", key.text());
        encoding.addProperty("kind", KIND);
        encoding.add("parents", new JsonArray());
        encoding.add("value", value);
        return Jcs.canonical(encoding).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The node in a canonical encoding that was already checked against its id.
     *
     * @throws IllegalArgumentException when the bytes were never written by {@link #canonical}
     */
    static Node parse(byte[] canonical) {
        try {
            JsonObject encoding = Json.parse(canonical).getAsJsonObject();
            return new Node(
                    new AgentName(encoding.get("agent").getAsString()),
                    new MemoryKey(encoding.get("key").getAsString()),
                    encoding.get("value"));
        } catch (RpcException e) {
            throw new IllegalArgumentException("not a node: " + e.getMessage(), e);
        }
    }
}
