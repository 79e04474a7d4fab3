package dev.nullbox.ctxgraph.mcp;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.ctxgraph.api.MemoryMethods;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.api.MemoryReason;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Keys of a knowledge graph in the store: one key for each entity and each relation below {@code SPACE/graph/}.
 *
 * <p>Entities are {@code {name, entityType, observations}}, relations {@code {from, to, relationType}}. Values of any
 * other form under these keys are ignored.
 */
public final class McpGraphStore {
    /** Keys that the store writes at once. */
    static final int STEP = 64;

    private static final int PAGE = 1_000;

    /** Characters of a segment. */
    private static final int MAX_SEGMENT = 128;

    private final MemoryMethods methods;
    private final Memory memory;
    private final Principal principal;
    private final String entities;
    private final String relations;

    /**
     * @param space the first segments of the graph's keys, as {@code "ada"} or {@code "team/research"}
     */
    public McpGraphStore(MemoryMethods methods, Principal principal, String space) {
        this.methods = methods;
        this.memory = methods.memory();
        this.principal = principal;
        this.entities = space + "/graph/entities/";
        this.relations = space + "/graph/relations/";
    }

    /** Receiver of what is found under one key. */
    @FunctionalInterface
    interface Visitor {
        void visit(Memory.Entry entry, JsonObject value) throws RpcException;
    }

    /** Tells whether a write to the key changes the graph. */
    boolean holds(MemoryKey key) {
        return key.text().startsWith(entities) || key.text().startsWith(relations);
    }

    public MemoryKey entityKey(String name) {
        return new MemoryKey(entities + segment(name));
    }

    MemoryKey relationKey(JsonObject relation) {
        JsonArray identity = new JsonArray();
        identity.add(relation.get("from"));
        identity.add(relation.get("to"));
        identity.add(relation.get("relationType"));
        return new MemoryKey(relations
                + NodeId.of(Json.write(identity).getBytes(StandardCharsets.UTF_8))
                        .hex());
    }

    /**
     * Charges the maximum before a change in steps: once a step is written, the request cannot restart with a larger
     * permit.
     */
    void chargeMaximum() {
        methods.memory().scheduler().chargeMaximum();
    }

    boolean isAbsent(MemoryKey key) throws RpcException {
        return memory.head(principal, key).isEmpty();
    }

    /** The value under an entity's key, of whatever form. */
    Optional<Memory.Entry> entity(String name) throws RpcException {
        return memory.get(principal, entityKey(name));
    }

    void eachEntity(Visitor visitor) throws RpcException {
        each(entities, (entry, value) -> {
            if (isEntity(value)) {
                visitor.visit(entry, value);
            }
        });
    }

    void eachRelation(Visitor visitor) throws RpcException {
        each(relations, (entry, value) -> {
            if (isRelation(value)) {
                visitor.visit(entry, value);
            }
        });
    }

    private void each(String prefix, Visitor visitor) throws RpcException {
        String after = "";
        while (true) {
            Memory.Page<Memory.Entry> page = memory.entries(principal, prefix, after, PAGE);
            for (Memory.Entry entry : page.items()) {
                if (entry.node().value() instanceof JsonObject value) {
                    visitor.visit(entry, value);
                }
            }
            if (page.next().isEmpty()) {
                return;
            }
            after = page.next().get();
        }
    }

    /** The write that deletes the key's value, on condition that it is unchanged. */
    Optional<Put> tombstone(MemoryKey key) throws RpcException {
        return memory.head(principal, key).map(head -> Put.tombstone(key, new Put.Seq(head.seq())));
    }

    void write(List<Put> puts) throws RpcException {
        for (int from = 0; from < puts.size(); from += STEP) {
            methods.write(principal, puts.subList(from, Math.min(puts.size(), from + STEP)));
        }
    }

    /** Refuses a graph that may not be read: it would otherwise look empty. */
    void requireReadable() throws RpcException {
        if (!principal.mayRead(new MemoryKey(entities + "x"))) {
            throw new RpcException(
                    MemoryReason.SCOPE,
                    principal.agent() + " may not read " + entities + "...: its AGENT.toml"
                            + " grants it by [capabilities.memory] read");
        }
    }

    /** Tells whether the relation begins or ends at one of the entities. */
    static boolean touches(JsonObject relation, Set<String> names) {
        return names.contains(text(relation, "from")) || names.contains(text(relation, "to"));
    }

    static boolean isEntity(JsonElement value) {
        return fits(McpGraphTools.ENTITY, value);
    }

    private static boolean isRelation(JsonElement value) {
        return fits(McpGraphTools.RELATION, value);
    }

    private static boolean fits(FieldType.Struct type, JsonElement value) {
        try {
            return value instanceof JsonObject object
                    && !Codec.decodeOpen(type.fields(), object).values().isEmpty();
        } catch (RpcException e) {
            return false;
        }
    }

    static String text(JsonObject object, String member) {
        return object.get(member).getAsString();
    }

    /**
     * Letters, digits, {@code .} and {@code -} as they are, each other byte of the UTF-8 as {@code _} and two
     * hexadecimal digits; for a text that is empty or becomes too long {@code _h} and its SHA-256.
     */
    static String segment(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        StringBuilder segment = new StringBuilder();
        for (int i = 0; i < utf8.length && segment.length() <= MAX_SEGMENT; i++) {
            char c = (char) (utf8[i] & 0xff);
            if (c == '.' || (c != '_' && PrincipalName.allowed(c))) {
                segment.append(c);
            } else {
                segment.append('_').append(HexFormat.of().toHexDigits(utf8[i]));
            }
        }
        return segment.isEmpty() || segment.length() > MAX_SEGMENT
                ? "_h" + NodeId.of(utf8).hex()
                : segment.toString();
    }
}
