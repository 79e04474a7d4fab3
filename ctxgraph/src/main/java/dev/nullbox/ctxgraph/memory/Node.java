package dev.nullbox.ctxgraph.memory;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * An immutable entry of memory. Its canonical encoding is the RFC 8785 text, in UTF-8, of
 *
 * <pre>{"agent":STRING,"key":STRING,"kind":KIND,"parents":[ID,...],"value":ANY}</pre>
 *
 * and its id is the SHA-256 of those bytes. Test vectors stand in docs/memory.md.
 *
 * @param agent who wrote it
 * @param key the full key
 * @param kind what the value is
 * @param parents the nodes that it came from, as the agent says, in its order
 * @param value any JSON value; null for a tombstone; for a blob as {@link Blob} says
 */
public record Node(AgentName agent, MemoryKey key, Kind kind, List<NodeId> parents, JsonElement value) {
    /** What a node's value is. */
    public enum Kind {
        /** JSON that the agent gave. */
        VALUE("value", 0),
        /** A list of chunks. */
        BLOB("blob", 1),
        /** Nothing: the key holds nothing from here on. */
        TOMBSTONE("tombstone", 2);

        private final String text;
        private final int code;

        Kind(String text, int code) {
            this.text = text;
            this.code = code;
        }

        /** As it stands in the database. */
        public int code() {
            return code;
        }

        /** The kind of this code. */
        public static Kind ofCode(int code) {
            for (Kind kind : values()) {
                if (kind.code == code) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of node: " + code);
        }

        /** As it stands in the encoding. */
        public String text() {
            return text;
        }

        /**
         * The kind of this name.
         *
         * @throws IllegalArgumentException when there is none
         */
        static Kind parse(String text) {
            for (Kind kind : values()) {
                if (kind.text.equals(text)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no kind of node: " + text);
        }
    }

    public Node {
        parents = List.copyOf(parents);
    }

    /**
     * The bytes that are stored and hashed.
     *
     * @throws Jcs.UnrepresentableException when the value holds a number that has no canonical form
     */
    public byte[] canonical() throws Jcs.UnrepresentableException {
        JsonArray ids = new JsonArray(parents.size());
        parents.forEach(parent -> ids.add(parent.hex()));
        JsonObject encoding = new JsonObject();
        encoding.addProperty("agent", agent.text());
        encoding.addProperty("key", key.text());
        encoding.addProperty("kind", kind.text());
        encoding.add("parents", ids);
        encoding.add("value", value);
        return Jcs.canonical(encoding).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The node in a canonical encoding that was already checked against its id.
     *
     * @throws IllegalArgumentException when the bytes were never written by {@link #canonical}
     */
    public static Node parse(byte[] canonical) {
        try {
            JsonObject encoding = Json.parse(canonical).getAsJsonObject();
            List<NodeId> parents = new ArrayList<>();
            encoding.getAsJsonArray("parents").forEach(parent -> parents.add(new NodeId(parent.getAsString())));
            return new Node(
                    new AgentName(encoding.get("agent").getAsString()),
                    new MemoryKey(encoding.get("key").getAsString()),
                    Kind.parse(encoding.get("kind").getAsString()),
                    parents,
                    encoding.get("value"));
        } catch (RpcException e) {
            throw new IllegalArgumentException("not a node: " + e.getMessage(), e);
        }
    }
}
