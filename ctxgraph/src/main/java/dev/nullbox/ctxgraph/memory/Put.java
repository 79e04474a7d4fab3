package dev.nullbox.ctxgraph.memory;

import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import dev.nullbox.protocol.api.MemoryContract;
import java.util.List;
import java.util.Optional;

/**
 * Requested write of one key.
 *
 * @param key the key to write
 * @param kind what the value is
 * @param value the value; JSON null for a tombstone
 * @param parents the nodes that it came from; at most {@link MemoryContract#MAX_PARENTS}
 * @param expect condition on the key's head
 * @param vector embedding of the value for search, or empty; its length is the agent's choice
 */
public record Put(
        MemoryKey key, Node.Kind kind, JsonElement value, List<NodeId> parents, Expect expect, List<Float> vector) {
    public Put {
        parents = List.copyOf(parents);
        vector = List.copyOf(vector);
    }

    /** A condition on the head that a write replaces. */
    public sealed interface Expect {}

    /** Any head, or none. */
    public record Anything() implements Expect {}

    /** The key holds nothing: it was never written, or its head is a tombstone. */
    public record Nothing() implements Expect {}

    /** The head is this node, whichever time it was written. */
    public record Head(NodeId id) implements Expect {}

    /** The head is the result of this very write. */
    public record Seq(long seq) implements Expect {}

    /** An unconditional write of a plain value without parents. */
    public static Put of(MemoryKey key, JsonElement value) {
        return new Put(key, Node.Kind.VALUE, value, List.of(), new Anything(), List.of());
    }

    /** A tombstone. */
    public static Put tombstone(MemoryKey key, Expect expect) {
        return new Put(key, Node.Kind.TOMBSTONE, JsonNull.INSTANCE, List.of(), expect, List.of());
    }

    /** The same write on a condition: {@link Nothing} for an absent node. */
    public Put expecting(Optional<NodeId> head) {
        Expect condition = head.<Expect>map(Head::new).orElseGet(Nothing::new);
        return new Put(key, kind, value, parents, condition, vector);
    }
}
