package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.KeyGlob;
import dev.nullbox.ctxgraph.memory.Memory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.PrincipalName;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The store against {@link ReferenceGraph}, by seeded random operations. */
@Timeout(300)
class MemoryPropertyTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    private static final List<KeyGlob> ALL = List.of(new KeyGlob("*"));

    @TempDir
    Path directory;

    private SqliteMemory open() throws Exception {
        return SqliteMemory.open(directory.resolve("memory.db"), System::nanoTime);
    }

    private static Principal principal(String name, long run) {
        return new Principal(new PrincipalName(name), run, "", ALL, ALL, Long.MAX_VALUE, Long.MAX_VALUE, List.of());
    }

    private static MemoryKey key(Random random) {
        return new MemoryKey("team/" + (char) ('a' + random.nextInt(6)));
    }

    private static Source source(Random random, ReferenceGraph model) {
        List<NodeId> nodes = model.nodes();
        return nodes.isEmpty() || random.nextInt(3) == 0
                ? new Source.ByAgent(new PrincipalName("agent" + random.nextInt(4)))
                : new Source.ByNode(nodes.get(random.nextInt(nodes.size())));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void doesWhatTheReferenceDoes(long seed) throws Exception {
        Random random = new Random(SEED + seed);
        ReferenceGraph model = new ReferenceGraph();
        SqliteMemory memory = open();
        try {
            for (int step = 0; step < 250; step++) {
                Principal principal = principal("agent" + random.nextInt(4), random.nextInt(3));
                switch (random.nextInt(13)) {
                    case 0, 1, 2, 3 -> put(memory, model, random, principal);
                    case 4, 5, 6 -> get(memory, model, principal, key(random));
                    case 7 -> delete(memory, model, principal, key(random));
                    case 8 -> without(memory, model, random, source(random, model));
                    case 9 -> rewind(memory, model, key(random), 1 + random.nextLong(model.lastSeq() + 1));
                    case 10 -> quarantine(memory, model, random);
                    case 11 -> putTwo(memory, model, random, principal);
                    default -> {
                        memory.close();
                        memory = open();
                    }
                }
                same(memory, model, "seed " + seed + ", step " + step);
            }
        } finally {
            memory.close();
        }
    }

    private static void put(SqliteMemory memory, ReferenceGraph model, Random random, Principal principal)
            throws Exception {
        List<NodeId> parents = new ArrayList<>();
        for (NodeId id : model.nodes()) {
            if (random.nextInt(20) == 0 && !model.quarantined(id)) {
                parents.add(id);
            }
        }
        String text = "w" + random.nextInt(5);
        MemoryKey key = key(random);
        Put put = new Put(key, Node.Kind.VALUE, new JsonPrimitive(text), parents, new Put.Anything(), List.of());
        Memory.Written written = memory.put(principal, put);
        model.write(principal, new Node(principal.agent(), key, Node.Kind.VALUE, parents, put.value()), written, text);
    }

    /** Two keys in one write. */
    private static void putTwo(SqliteMemory memory, ReferenceGraph model, Random random, Principal principal)
            throws Exception {
        String text = "w" + random.nextInt(5);
        List<Put> puts = Stream.of(key(random), key(random))
                .distinct()
                .map(key -> Put.of(key, new JsonPrimitive(text)))
                .toList();
        List<Memory.Written> written = memory.write(principal, puts);
        for (int i = 0; i < puts.size(); i++) {
            Put put = puts.get(i);
            Node node = new Node(principal.agent(), put.key(), Node.Kind.VALUE, List.of(), put.value());
            model.write(principal, node, written.get(i), text);
        }
    }

    private static void get(SqliteMemory memory, ReferenceGraph model, Principal principal, MemoryKey key)
            throws Exception {
        Optional<ReferenceGraph.Write> expected = model.head(key);
        if (expected.isPresent() && model.quarantined(expected.get().id())) {
            RpcException held = catchThrowableOfType(RpcException.class, () -> memory.get(principal, key));
            assertThat(held.detail()).isEqualTo("QUARANTINED");
            return;
        }
        Optional<Memory.Entry> entry = memory.get(principal, key);
        assertThat(entry.map(Memory.Entry::seq)).isEqualTo(expected.map(ReferenceGraph.Write::seq));
        entry.ifPresent(found -> {
            assertThat(found.node().value().getAsString())
                    .isEqualTo(expected.orElseThrow().text());
            model.read(principal, found.id());
        });
    }

    private static void delete(SqliteMemory memory, ReferenceGraph model, Principal principal, MemoryKey key)
            throws Exception {
        if (model.head(key).isPresent()) {
            Put tombstone = Put.tombstone(key, new Put.Anything());
            Node node = new Node(principal.agent(), key, Node.Kind.TOMBSTONE, List.of(), tombstone.value());
            model.write(principal, node, memory.delete(principal, key), "");
        } else {
            assertThat(catchThrowableOfType(RpcException.class, () -> memory.delete(principal, key))
                            .detail())
                    .isEqualTo("NOT_FOUND");
        }
    }

    private static void without(SqliteMemory memory, ReferenceGraph model, Random random, Source source)
            throws Exception {
        List<String> expected = model.heads().stream()
                .filter(head -> !model.influenced(head.id(), source))
                .map(head -> head.key().text())
                .toList();
        Principal reader = Principal.operator().excluding(List.of(source));
        assertThat(memory.list(reader, "team/", "", 100).items())
                .extracting(head -> head.key().text())
                .isEqualTo(expected);
        for (ReferenceGraph.Write head : model.heads()) {
            RpcException refusal = catchThrowableOfType(RpcException.class, () -> memory.get(reader, head.key()));
            String detail = model.quarantined(head.id())
                    ? "QUARANTINED"
                    : model.influenced(head.id(), source) ? "INFLUENCED" : "";
            assertThat(refusal == null ? "" : refusal.detail()).isEqualTo(detail);
        }
        String word = "w" + random.nextInt(5);
        Query query = new Query(word, List.of(), "", 100);
        assertThat(memory.search(reader, query))
                .extracting(hit -> hit.key().text())
                .containsExactlyInAnyOrderElementsOf(model.heads().stream()
                        .filter(head -> head.text().equals(word)
                                && !model.quarantined(head.id())
                                && !model.influenced(head.id(), source))
                        .map(head -> head.key().text())
                        .toList());
    }

    private static void rewind(SqliteMemory memory, ReferenceGraph model, MemoryKey key, long to) throws Exception {
        Optional<ReferenceGraph.Write> then = model.at(key, to);
        if (then.isEmpty() || model.quarantined(then.get().id())) {
            assertThat(catchThrowableOfType(
                                    RpcException.class,
                                    () -> memory.committer().change(writes -> Rewind.apply(writes, key, to)))
                            .detail())
                    .isEqualTo(then.isEmpty() ? "NOT_FOUND" : "QUARANTINED");
            return;
        }
        Memory.Written written = memory.committer().change(writes -> Rewind.apply(writes, key, to));
        Node.Kind kind = then.get().live() ? Node.Kind.VALUE : Node.Kind.TOMBSTONE;
        Node node = new Node(then.get().agent(), key, kind, List.of(), new JsonPrimitive(0));
        assertThat(written.id()).isEqualTo(then.get().id());
        model.write(Principal.operator(), node, written, then.get().text());
    }

    private static void quarantine(SqliteMemory memory, ReferenceGraph model, Random random) throws Exception {
        if (random.nextBoolean()) {
            for (long number : model.quarantines()) {
                memory.committer().change(writes -> Quarantines.release(writes, number));
                model.release(number);
            }
            return;
        }
        Source source = source(random, model);
        if (model.knows(source)) {
            Quarantines.Held held = memory.committer().change(writes -> Quarantines.put(writes, source, "test"));
            assertThat(held.nodes()).isEqualTo(model.quarantine(held.quarantine(), source));
        }
    }

    private static void same(SqliteMemory memory, ReferenceGraph model, String when) throws Exception {
        assertThat(memory.list(Principal.operator(), "", "", 100).items())
                .as(when)
                .extracting(head -> head.key() + " " + head.seq() + " " + head.id() + " " + head.quarantined())
                .containsExactlyElementsOf(model.heads().stream()
                        .map(head ->
                                head.key() + " " + head.seq() + " " + head.id() + " " + model.quarantined(head.id()))
                        .toList());
        for (ReferenceGraph.Write head : model.heads()) {
            assertThat(memory.history(Principal.operator(), head.key(), Long.MAX_VALUE, 1_000)
                            .items())
                    .as(when)
                    .extracting(entry -> entry.seq() + " " + entry.id() + " " + entry.agent() + " " + entry.run())
                    .containsExactlyElementsOf(model.history(head.key()).stream()
                            .map(entry -> entry.seq() + " " + entry.id() + " " + entry.agent() + " " + entry.run())
                            .toList());
        }
    }

    /** A write that was made, on which condition. */
    private record Done(Memory.Written written, MemoryKey key, Put.Expect expect, String text) {}

    /** A write that was refused: its condition, when its writer looked, and before which of its own writes it asked. */
    private record Refused(MemoryKey key, Put.Expect expect, long seen, long before) {}

    private record Deeds(List<Done> done, List<Refused> refused) {}

    /** Concurrent writers: the acknowledged numbers make one order, in which every condition of a write held. */
    @Test
    void keepsOneOrderOfConcurrentWriters() throws Exception {
        int writers = 8;
        int each = 60;
        List<Done> all = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        try (SqliteMemory memory = open();
                ExecutorService pool = Executors.newFixedThreadPool(writers)) {
            List<Future<Deeds>> runs = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                Principal principal = principal("agent" + w, w);
                Random random = new Random(SEED + w);
                runs.add(pool.submit(() -> writeSome(memory, principal, random, each)));
            }
            for (Future<Deeds> run : runs) {
                Deeds deeds = run.get();
                assertThat(deeds.done()).extracting(one -> one.written().seq()).isSorted();
                all.addAll(deeds.done());
                refused.addAll(deeds.refused());
            }
        }
        all.sort((a, b) -> Long.compare(a.written().seq(), b.written().seq()));
        Map<MemoryKey, Done> heads = new HashMap<>();
        for (int i = 0; i < all.size(); i++) {
            Done one = all.get(i);
            assertThat(one.written().seq()).isEqualTo(i + 1);
            Optional<Memory.Written> before =
                    Optional.ofNullable(heads.get(one.key())).map(Done::written);
            assertThat(isMet(one.expect(), before)).as(one.toString()).isTrue();
            heads.put(one.key(), one);
        }
        // Nothing is deleted here, so that a condition fails only by a write of its key that its writer had not seen.
        for (Refused one : refused) {
            assertThat(all)
                    .as(one.toString())
                    .anyMatch(other -> other.key().equals(one.key())
                            && other.written().seq() > one.seen()
                            && other.written().seq() < one.before());
        }
        assertThat(refused).isNotEmpty();
        try (SqliteMemory memory = open()) {
            for (Done head : heads.values()) {
                assertThat(memory.get(Principal.operator(), head.key())
                                .orElseThrow()
                                .node()
                                .value()
                                .getAsString())
                        .isEqualTo(head.text());
            }
            assertThat(memory.readers().<Long>read(sql -> sql.number("SELECT sum(bytes) FROM agents")))
                    .isEqualTo(memory.readers()
                            .<Long>read(sql -> sql.number("SELECT sum(length(content)) FROM nodes")
                                    + WriteTransaction.ENTRY_BYTES * sql.number("SELECT count(*) FROM log")));
        }
    }

    private static boolean isMet(Put.Expect expect, Optional<Memory.Written> head) {
        return switch (expect) {
            case Put.Anything() -> true;
            case Put.Nothing() -> head.isEmpty();
            case Put.Head(NodeId id) -> head.isPresent() && head.get().id().equals(id);
            case Put.Seq(long seq) -> head.isPresent() && head.get().seq() == seq;
        };
    }

    private static Deeds writeSome(SqliteMemory memory, Principal principal, Random random, int count)
            throws RpcException {
        List<Done> done = new ArrayList<>();
        List<Refused> refused = new ArrayList<>();
        List<Refused> since = new ArrayList<>();
        while (done.size() < count) {
            MemoryKey key = key(random);
            String text = principal.agent() + " " + done.size();
            Optional<Memory.Head> seen = memory.head(principal, key);
            Put.Expect expect = switch (random.nextInt(4)) {
                case 0 -> seen.<Put.Expect>map(head -> new Put.Head(head.id())).orElseGet(Put.Nothing::new);
                case 1 -> seen.<Put.Expect>map(head -> new Put.Seq(head.seq())).orElseGet(Put.Nothing::new);
                default -> new Put.Anything();
            };
            Put put = new Put(key, Node.Kind.VALUE, new JsonPrimitive(text), List.of(), expect, List.of());
            try {
                Memory.Written written = memory.put(principal, put);
                done.add(new Done(written, key, expect, text));
                since.forEach(one -> refused.add(new Refused(one.key(), one.expect(), one.seen(), written.seq())));
                since.clear();
            } catch (RpcException e) {
                assertThat(e.detail()).isEqualTo("HEAD");
                long at = seen.map(Memory.Head::seq).orElse(0L);
                since.add(new Refused(key, expect, at, Long.MAX_VALUE));
            }
        }
        return new Deeds(done, refused);
    }
}
