package dev.nullbox.ctxgraph.memory;

import com.google.gson.JsonElement;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/**
 * An immutable entry of memory. Its canonical encoding is the RFC 8785 text, in UTF-8, of
 *
 * <pre>{"agent":STRING,"key":STRING,"kind":KIND,"parents":[ID,...],"value":ANY}</pre>
 *
 * and its id is the SHA-256 of those bytes. Test vectors stand in docs/memory.md.
 *
 * @param agent the writer
 * @param key the full key
 * @param kind what the value is
 * @param parents the nodes that it came from, by the agent's own account, in its order
 * @param value any JSON value; null for a tombstone; for a blob as {@link Blob} says
 */
public record Node(PrincipalName agent, MemoryKey key, Kind kind, List<NodeId> parents, JsonElement value) {
    private static final List<Field<?>> ENCODING = List.of(
            Fields.AGENT, MemoryContract.KEY, MemoryContract.KIND, MemoryContract.PARENTS, MemoryContract.VALUE);

    /** Kind of a node's value. */
    public enum Kind {
        /** JSON that the agent gave. */
        VALUE(0),
        /** A list of chunks. */
        BLOB(1),
        /** Nothing: the key holds nothing from here on. */
        TOMBSTONE(2);

        private final int code;

        Kind(int code) {
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
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Node {
        parents = List.copyOf(parents);
    }

    /**
     * The bytes that are stored and hashed.
     *
     * @throws CanonicalJson.UnrepresentableException when the value holds a number that has no canonical form
     */
    public byte[] canonical() throws CanonicalJson.UnrepresentableException {
        return CanonicalJson.canonical(Codec.encode(
                        Fields.AGENT.is(agent.text()),
                        MemoryContract.KEY.is(key.text()),
                        MemoryContract.KIND.is(kind.text()),
                        MemoryContract.PARENTS.is(
                                parents.stream().map(NodeId::hex).toList()),
                        MemoryContract.VALUE.is(value)))
                .getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The node in a canonical encoding that was already checked against its id.
     *
     * @throws IllegalArgumentException when {@link #canonical} did not write the bytes
     */
    public static Node parse(byte[] canonical) {
        try {
            Message node = Codec.decodeRequest(ENCODING, Json.parse(canonical).getAsJsonObject());
            return new Node(
                    new PrincipalName(node.get(Fields.AGENT)),
                    new MemoryKey(node.get(MemoryContract.KEY)),
                    Kind.valueOf(node.get(MemoryContract.KIND).toUpperCase(Locale.ROOT)),
                    node.get(MemoryContract.PARENTS).stream().map(NodeId::new).toList(),
                    (JsonElement) node.get(MemoryContract.VALUE));
        } catch (RpcException e) {
            throw new IllegalArgumentException("not a node: " + e.getMessage(), e);
        }
    }
}
