package dev.nullbox.ctxgraph;

import com.google.gson.JsonElement;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;

/** A {@link Memory} in plain collections, for what is above it: no quotas, no quarantine, no search. */
final class FakeMemory implements Memory {
    private final List<Entry> log = new ArrayList<>();

    private static RpcException refusal(RpcException.Code code, String detail, String message) {
        return new RpcException(code, detail, message, "key");
    }

    @Override
    public synchronized List<Written> write(Actor actor, List<Put> puts) throws RpcException {
        for (Put put : puts) {
            if (!actor.mayWrite(put.key())) {
                throw refusal(RpcException.Code.DENIED, "SCOPE", put.key() + " may not be written");
            }
            Optional<Entry> head = newest(put.key()).filter(FakeMemory::holds);
            boolean met = switch (put.expect()) {
                case Put.Anything anything -> true;
                case Put.Nothing nothing -> head.isEmpty();
                case Put.Head expected -> head.map(Entry::id).equals(Optional.of(expected.id()));
                case Put.Seq expected -> head.map(Entry::seq).equals(Optional.of(expected.seq()));
            };
            if (!met) {
                throw refusal(RpcException.Code.CONFLICT, "HEAD", put.key() + " has changed");
            }
        }
        List<Written> written = new ArrayList<>();
        for (Put put : puts) {
            Node node = new Node(
                    actor.agent(),
                    put.key(),
                    put.kind(),
                    put.parents(),
                    put.value().deepCopy());
            Entry entry = new Entry(NodeId.of(bytes(node)), log.size() + 1L, node);
            log.add(entry);
            written.add(new Written(entry.id(), entry.seq()));
        }
        notifyAll();
        return written;
    }

    @Override
    public synchronized Optional<Entry> get(Actor actor, MemoryKey key, List<Source> without) throws RpcException {
        if (!actor.mayRead(key)) {
            throw refusal(RpcException.Code.DENIED, "SCOPE", key + " may not be read");
        }
        return newest(key).filter(FakeMemory::holds);
    }

    @Override
    public synchronized Optional<Entry> node(Actor actor, NodeId id, List<Source> without) {
        return log.reversed().stream()
                .filter(entry ->
                        entry.id().equals(id) && actor.mayRead(entry.node().key()))
                .findFirst();
    }

    @Override
    public Optional<Head> head(Actor actor, MemoryKey key) throws RpcException {
        return get(actor, key).map(FakeMemory::headOf);
    }

    @Override
    public synchronized Page<Head> history(Actor actor, MemoryKey key, long before, int max) {
        List<Head> heads = log.reversed().stream()
                .filter(entry -> entry.node().key().equals(key) && entry.seq() < before)
                .limit(max)
                .map(FakeMemory::headOf)
                .toList();
        return new Page<>(heads, Optional.empty());
    }

    @Override
    public Page<Head> list(Actor actor, String prefix, String after, int max, List<Source> without) {
        Page<Entry> page = entries(actor, prefix, after, max, without);
        return new Page<>(page.items().stream().map(FakeMemory::headOf).toList(), page.next());
    }

    @Override
    public synchronized Page<Entry> entries(Actor actor, String prefix, String after, int max, List<Source> without) {
        TreeMap<String, Entry> heads = new TreeMap<>();
        log.forEach(entry -> heads.put(entry.node().key().text(), entry));
        List<Entry> found = heads.tailMap(after, false).values().stream()
                .filter(entry -> holds(entry) && entry.node().key().text().startsWith(prefix))
                .filter(entry -> actor.mayRead(entry.node().key()))
                .limit(max + 1L)
                .toList();
        return found.size() <= max
                ? new Page<>(found, Optional.empty())
                : new Page<>(
                        found.subList(0, max),
                        Optional.of(found.get(max - 1).node().key().text()));
    }

    @Override
    public List<Hit> search(Actor actor, Query query) {
        return List.of();
    }

    @Override
    public synchronized Watch watch(Actor actor, String prefix, long after) {
        long begin = Math.min(after, log.size());
        return new Watch() {
            private long position = begin;
            private boolean closed;

            @Override
            public List<Head> next(Duration wait) {
                synchronized (FakeMemory.this) {
                    long end = System.nanoTime() + wait.toNanos();
                    while (!closed && position == log.size() && System.nanoTime() < end) {
                        try {
                            FakeMemory.this.wait(Math.max(1, (end - System.nanoTime()) / 1_000_000));
                        } catch (InterruptedException e) {
                            Thread.currentThread().interrupt();
                            return List.of();
                        }
                    }
                    if (closed) {
                        return List.of();
                    }
                    List<Head> heads = log.subList((int) position, log.size()).stream()
                            .filter(entry -> entry.node().key().text().startsWith(prefix))
                            .filter(entry -> actor.mayRead(entry.node().key()))
                            .map(FakeMemory::headOf)
                            .toList();
                    position = log.size();
                    return heads;
                }
            }

            @Override
            public long position() {
                return position;
            }

            @Override
            public void close() {
                synchronized (FakeMemory.this) {
                    closed = true;
                    FakeMemory.this.notifyAll();
                }
            }
        };
    }

    @Override
    public void close() {
        // There is nothing to close.
    }

    private Optional<Entry> newest(MemoryKey key) {
        return log.reversed().stream()
                .filter(entry -> entry.node().key().equals(key))
                .findFirst();
    }

    private static boolean holds(Entry entry) {
        return entry.node().kind() != Node.Kind.TOMBSTONE;
    }

    private static Head headOf(Entry entry) {
        Node node = entry.node();
        long bytes = bytes(node).length;
        return new Head(node.key(), entry.id(), entry.seq(), node.agent(), 0, node.kind(), bytes, false);
    }

    private static byte[] bytes(Node node) {
        JsonElement value = Objects.requireNonNull(node.value());
        return (node.agent() + "\n" + node.key() + "\n" + node.kind() + "\n" + value).getBytes(StandardCharsets.UTF_8);
    }
}
