package dev.nullbox.ctxgraph.store;

import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Source;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;

/** Shared memory as it is meant, in plain collections and without a thought for speed: what the store is held against. */
final class ReferenceGraph {
    /** A write in the log. */
    record Write(long seq, MemoryKey key, NodeId id, PrincipalName agent, long run, boolean live, String text) {}

    private record Run(PrincipalName agent, long run) {}

    private record Known(PrincipalName agent, List<NodeId> parents) {}

    private record Quarantine(Source source, Set<NodeId> nodes) {}

    private final List<Write> log = new ArrayList<>();
    private final Map<NodeId, Known> nodes = new HashMap<>();
    private final Map<Run, Map<NodeId, Long>> reads = new HashMap<>();
    private final Map<Long, Quarantine> quarantines = new TreeMap<>();

    void write(Principal principal, Node node, Memory.Written written, String text) {
        nodes.putIfAbsent(written.id(), new Known(node.agent(), node.parents()));
        boolean live = node.kind() != Node.Kind.TOMBSTONE;
        log.add(new Write(written.seq(), node.key(), written.id(), principal.agent(), principal.run(), live, text));
        Set<NodeId> from = new HashSet<>(node.parents());
        from.addAll(reads.getOrDefault(new Run(principal.agent(), principal.run()), Map.of())
                .keySet());
        for (Quarantine quarantine : quarantines.values()) {
            boolean byAgent = quarantine.source() instanceof Source.ByAgent(PrincipalName agent)
                    && agent.equals(principal.agent());
            if (byAgent || from.stream().anyMatch(quarantine.nodes()::contains)) {
                quarantine.nodes().add(written.id());
            }
        }
    }

    void read(Principal principal, NodeId id) {
        if (!principal.agent().equals(Principal.OPERATOR)) {
            reads.computeIfAbsent(new Run(principal.agent(), principal.run()), run -> new HashMap<>())
                    .putIfAbsent(id, lastSeq());
        }
    }

    long lastSeq() {
        return log.isEmpty() ? 0 : log.getLast().seq();
    }

    List<Write> history(MemoryKey key) {
        return log.stream().filter(write -> write.key().equals(key)).toList().reversed();
    }

    Optional<Write> head(MemoryKey key) {
        return history(key).stream().findFirst().filter(Write::live);
    }

    /** Live keys with their heads, in order. */
    Collection<Write> heads() {
        Map<String, Write> heads = new TreeMap<>();
        for (Write write : log) {
            heads.put(write.key().text(), write);
        }
        return heads.values().stream().filter(Write::live).toList();
    }

    Optional<Write> at(MemoryKey key, long seq) {
        return history(key).stream().filter(write -> write.seq() <= seq).findFirst();
    }

    List<NodeId> nodes() {
        return List.copyOf(nodes.keySet());
    }

    boolean knows(Source source) {
        return switch (source) {
            case Source.ByNode(NodeId id) -> nodes.containsKey(id);
            case Source.ByAgent(PrincipalName agent) ->
                nodes.values().stream().anyMatch(node -> node.agent().equals(agent));
        };
    }

    boolean influenced(NodeId id, Source source) {
        return closure(Set.of(id), this::cameFrom).stream().anyMatch(node -> is(node, source));
    }

    boolean quarantined(NodeId id) {
        return quarantines.values().stream()
                .anyMatch(quarantine -> quarantine.nodes().contains(id));
    }

    long quarantine(long number, Source source) {
        Set<NodeId> seeds = new HashSet<>(
                nodes.keySet().stream().filter(id -> is(id, source)).toList());
        Set<NodeId> held = closure(seeds, this::wentInto);
        quarantines.put(number, new Quarantine(source, held));
        return held.size();
    }

    List<Long> quarantines() {
        return List.copyOf(quarantines.keySet());
    }

    void release(long number) {
        quarantines.remove(number);
    }

    private Known known(NodeId id) {
        return Optional.ofNullable(nodes.get(id)).orElseThrow();
    }

    private boolean is(NodeId id, Source source) {
        return switch (source) {
            case Source.ByNode(NodeId node) -> node.equals(id);
            case Source.ByAgent(PrincipalName agent) -> known(id).agent().equals(agent);
        };
    }

    private Set<NodeId> cameFrom(NodeId id) {
        Set<NodeId> from = new HashSet<>(known(id).parents());
        for (Write write : log) {
            if (write.id().equals(id)) {
                reads.getOrDefault(new Run(write.agent(), write.run()), Map.of())
                        .forEach((node, seq) -> {
                            if (seq < write.seq()) {
                                from.add(node);
                            }
                        });
            }
        }
        return from;
    }

    private Set<NodeId> wentInto(NodeId id) {
        Set<NodeId> into = new HashSet<>();
        for (NodeId other : nodes.keySet()) {
            if (cameFrom(other).contains(id)) {
                into.add(other);
            }
        }
        return into;
    }

    private static Set<NodeId> closure(Set<NodeId> seeds, java.util.function.Function<NodeId, Set<NodeId>> next) {
        Set<NodeId> all = new HashSet<>(seeds);
        Queue<NodeId> left = new ArrayDeque<>(seeds);
        while (!left.isEmpty()) {
            for (NodeId node : next.apply(left.remove())) {
                if (all.add(node)) {
                    left.add(node);
                }
            }
        }
        return all;
    }
}
