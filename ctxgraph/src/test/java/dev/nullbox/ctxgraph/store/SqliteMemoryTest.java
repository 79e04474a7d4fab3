package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonElement;
import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.memory.Blob;
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
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SqliteMemoryTest {
    private static final Principal ADA = Principal.ofName(new PrincipalName("ada"));
    private static final Principal BOB = Principal.ofName(new PrincipalName("bob"));
    private static final MemoryKey KEY = new MemoryKey("ada/notes/a");

    @TempDir
    Path directory;

    private final AtomicLong nanos = new AtomicLong();
    private SqliteMemory memory;

    @BeforeEach
    void open() throws Exception {
        memory = SqliteMemory.open(directory.resolve("memory.db"), nanos::get);
    }

    @AfterEach
    void close() throws Exception {
        memory.close();
    }

    private Memory.Written put(Principal principal, String key, String text) throws RpcException {
        return memory.put(principal, Put.of(new MemoryKey(key), new JsonPrimitive(text)));
    }

    private static Principal granted(String agent, List<String> read, List<String> write) {
        return new Principal(
                new PrincipalName(agent),
                7,
                "",
                read.stream().map(KeyGlob::new).toList(),
                write.stream().map(KeyGlob::new).toList(),
                1 << 20,
                1_000_000,
                List.of());
    }

    private static void refused(String detail, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        RpcException refusal = catchThrowableOfType(RpcException.class, call);
        assertThat(refusal).as("a refusal with " + detail).isNotNull();
        assertThat(refusal.detail()).as(refusal.getMessage()).isEqualTo(detail);
    }

    private List<String> texts(Optional<Memory.Entry> entry) {
        return entry.map(found -> List.of(found.node().value().getAsString())).orElse(List.of());
    }

    @Test
    void keepsEveryWriteInOrder() throws Exception {
        Memory.Written first = put(ADA, KEY.text(), "A");
        Memory.Written second = put(ADA, KEY.text(), "B");
        Memory.Written third = put(ADA, KEY.text(), "A");
        assertThat(third.id()).isEqualTo(first.id()).isNotEqualTo(second.id());
        assertThat(List.of(first.seq(), second.seq(), third.seq())).containsExactly(1L, 2L, 3L);
        assertThat(texts(memory.get(ADA, KEY))).containsExactly("A");
        assertThat(memory.get(ADA, KEY).orElseThrow().seq()).isEqualTo(3);
        assertThat(texts(memory.node(ADA, second.id()))).containsExactly("B");
        Memory.Page<Memory.Head> newest = memory.history(ADA, KEY, Long.MAX_VALUE, 2);
        assertThat(newest.items()).extracting(Memory.Head::seq).containsExactly(3L, 2L);
        Memory.Page<Memory.Head> coolDown =
                memory.history(ADA, KEY, Long.parseLong(newest.next().orElseThrow()), 2);
        assertThat(coolDown.items()).extracting(Memory.Head::id).containsExactly(first.id());
        assertThat(coolDown.next()).isEmpty();
    }

    @Test
    void goesByTheGrantsAndNothingElse() throws Exception {
        Principal guest = granted("guest", List.of("ada/notes/*"), List.of("ada/notes/guest"));
        Memory.Written written = put(ADA, KEY.text(), "mine");
        put(ADA, "ada/secret", "hidden");
        assertThat(texts(memory.get(guest, KEY))).containsExactly("mine");
        refused("SCOPE", () -> memory.get(BOB, KEY));
        refused("SCOPE", () -> memory.head(BOB, KEY));
        refused("SCOPE", () -> memory.history(BOB, KEY, Long.MAX_VALUE, 10));
        refused("SCOPE", () -> put(BOB, KEY.text(), "forged"));
        refused("SCOPE", () -> put(guest, KEY.text(), "forged"));
        refused("SCOPE", () -> memory.get(guest, new MemoryKey("ada/secret")));
        assertThat(memory.node(BOB, written.id())).isEmpty();
        assertThat(memory.node(guest, written.id())).isPresent();
        put(guest, "ada/notes/guest", "hello");
        assertThat(memory.list(guest, "", "", 10).items())
                .extracting(head -> head.key().text() + " by " + head.agent() + " run " + head.run())
                .containsExactly("ada/notes/a by ada run 0", "ada/notes/guest by guest run 7");
        assertThat(memory.list(BOB, "", "", 10).items()).isEmpty();
        assertThat(memory.search(BOB, Query.of("mine", "", 10))).isEmpty();
        assertThat(memory.search(guest, Query.of("hidden", "", 10))).isEmpty();
        assertThat(memory.search(guest, Query.of("mine", "", 10))).hasSize(1);
        refused(
                "PARENT",
                () -> memory.put(
                        BOB,
                        new Put(
                                new MemoryKey("bob/x"),
                                Node.Kind.VALUE,
                                new JsonPrimitive(1),
                                List.of(written.id()),
                                new Put.Anything(),
                                List.of())));
        try (Memory.Watch watch = memory.watch(BOB, "", 0)) {
            assertThat(watch.next(Duration.ofMillis(1))).isEmpty();
        }
    }

    @Test
    void listsPageByPageInTheOrderOfKeys() throws Exception {
        for (String key : new String[] {"ada/b", "ada/a/z", "bob/a", "ada/a", "ada/c", "ada/a-b"}) {
            put(Principal.operator(), key, key);
        }
        memory.delete(ADA, new MemoryKey("ada/b"));
        List<String> seen = new ArrayList<>();
        Optional<String> after = Optional.of("");
        while (after.isPresent()) {
            Memory.Page<Memory.Head> page = memory.list(ADA, "", after.get(), 2);
            page.items().forEach(head -> seen.add(head.key().text()));
            after = page.next();
        }
        assertThat(seen).containsExactly("ada/a", "ada/a-b", "ada/a/z", "ada/c");
        assertThat(memory.entries(ADA, "ada/a/", "", 10).items())
                .extracting(entry -> entry.node().value().getAsString())
                .containsExactly("ada/a/z");
    }

    @Test
    void comparesBeforeItSets() throws Exception {
        Put put = Put.of(KEY, new JsonPrimitive("A"));
        refused("HEAD", () -> memory.put(ADA, put.expecting(Optional.of(NodeId.of(new byte[0])))));
        Memory.Written first = memory.put(ADA, put.expecting(Optional.empty()));
        refused("HEAD", () -> memory.put(ADA, put.expecting(Optional.empty())));
        memory.put(ADA, Put.of(KEY, new JsonPrimitive("B")).expecting(Optional.of(first.id())));
        refused("HEAD", () -> memory.put(ADA, put.expecting(Optional.of(first.id()))));
        memory.delete(ADA, KEY);
        assertThat(memory.get(ADA, KEY)).isEmpty();
        assertThat(memory.head(ADA, KEY)).isEmpty();
        refused("NOT_FOUND", () -> memory.delete(ADA, KEY));
        assertThat(memory.history(ADA, KEY, Long.MAX_VALUE, 10).items())
                .extracting(Memory.Head::kind)
                .containsExactly(Node.Kind.TOMBSTONE, Node.Kind.VALUE, Node.Kind.VALUE);
        memory.put(ADA, put.expecting(Optional.empty()));
    }

    @Test
    void writesAllOrNothing() throws Exception {
        Put good = Put.of(new MemoryKey("ada/x"), new JsonPrimitive(1));
        Put bad = Put.of(new MemoryKey("ada/y"), new JsonPrimitive(2)).expecting(Optional.of(NodeId.of(new byte[0])));
        refused("HEAD", () -> memory.write(ADA, List.of(good, bad)));
        assertThat(memory.list(ADA, "", "", 10).items()).isEmpty();
        refused("WRITES", () -> memory.write(ADA, List.of(good, good)));
        assertThat(memory.write(ADA, List.of(good, Put.of(new MemoryKey("ada/y"), new JsonPrimitive(2)))))
                .extracting(Memory.Written::seq)
                .containsExactly(1L, 2L);
    }

    /** Regression: after a restore of an older state a watch jumped back to its end without an error. */
    @Test
    void aWatchFromBeyondTheLogIsRefused() throws Exception {
        put(ADA, "ada/k", "v");
        refused("AHEAD", () -> memory.watch(ADA, "", 2));
        memory.watch(ADA, "", 1).close();
    }

    @Test
    void aWatchPassesOverWhatIsNotItsOwn() throws Exception {
        for (int i = 0; i < 300; i++) {
            put(BOB, "bob/x", "v" + i);
        }
        put(ADA, "ada/k", "v");
        try (Memory.Watch watch = memory.watch(ADA, "", 0);
                Memory.Watch other = memory.watch(ADA, "bob/", 0)) {
            assertThat(watch.next(Duration.ZERO)).extracting(Memory.Head::seq).containsExactly(301L);
            assertThat(other.next(Duration.ZERO)).isEmpty();
            assertThat(other.position()).isEqualTo(301);
        }
    }

    /** Whoever lost a race paid for it, and the loser's next tries were refused for their rate. */
    @Test
    void aWriteThatIsRefusedForItsConditionCostsNothing() throws Exception {
        Principal poor = new Principal(new PrincipalName("poor"), 1, "", ADA.read(), ADA.write(), 4_096, 1, List.of());
        put(BOB, "bob/x", "here");
        Put late = Put.of(new MemoryKey("ada/k"), new JsonPrimitive(1)).expecting(Optional.of(NodeId.of(new byte[1])));
        for (int i = 0; i < 5; i++) {
            refused("HEAD", () -> memory.put(poor, late));
        }
        put(poor, "ada/k", "x");
        refused("QUOTA_RATE", () -> put(poor, "ada/k", "x"));
    }

    @Test
    void boundsWhatAnAgentWritesAndNoOther() throws Exception {
        Principal poor = new Principal(new PrincipalName("poor"), 1, "", ADA.read(), ADA.write(), 4_096, 3, List.of());
        for (int i = 0; i < 3; i++) {
            put(poor, "ada/p" + i, "x");
        }
        refused("QUOTA_RATE", () -> put(poor, "ada/p3", "x"));
        put(BOB, "bob/x", "unhindered");
        nanos.addAndGet(Duration.ofSeconds(20).toNanos());
        put(poor, "ada/p3", "x");
        refused("QUOTA_RATE", () -> put(poor, "ada/p4", "x"));
        nanos.addAndGet(Duration.ofMinutes(10).toNanos());
        refused("QUOTA_SPACE", () -> put(poor, "ada/p4", "x".repeat(4_096)));
        put(BOB, "bob/x", "x".repeat(4_096));
        put(poor, "ada/p4", "x");
    }

    /** Only the best ten thousand matches of all agents used to be looked at. */
    @Test
    void findsWhatIsInScopeAmongManyMatchesThatAreNot() throws Exception {
        Principal ada =
                new Principal(new PrincipalName("ada"), 1, "", List.of(new KeyGlob("_/*")), List.of(), 0, 0, List.of());
        put(Principal.operator(), "_/a", "a common word and some others, so that its rank is low");
        for (int i = 0; i < 10_050; i += 50) {
            List<Put> puts = new ArrayList<>();
            for (int k = i; k < i + 50; k++) {
                puts.add(Put.of(new MemoryKey("bob/" + k), new JsonPrimitive("common")));
            }
            memory.write(Principal.operator(), puts);
        }
        assertThat(memory.search(ada, Query.of("common", "", 20)))
                .extracting(hit -> hit.key().text())
                .containsExactly("_/a");
        assertThat(memory.search(Principal.operator(), Query.of("common", "", 20)))
                .hasSize(20);
    }

    @Test
    void findsWordsPhrasesAndPrefixes() throws Exception {
        put(ADA, "ada/fruit/1", "The quick brown fox jumps over the lazy dog");
        put(ADA, "ada/fruit/2", "A brown study of quick silver. Élan vital");
        memory.put(ADA, Put.of(new MemoryKey("ada/fruit/3"), Json.parse("{\"name\":[\"apple\",{\"of\":\"brown\"}]}")));
        put(BOB, "bob/fruit/1", "quick brown");
        assertThat(keys(ADA, "quick brown")).containsExactlyInAnyOrder("ada/fruit/1", "ada/fruit/2");
        assertThat(keys(ADA, "\"quick brown\"")).containsExactly("ada/fruit/1");
        assertThat(keys(ADA, "app*")).containsExactly("ada/fruit/3");
        assertThat(keys(ADA, "elan")).containsExactly("ada/fruit/2");
        assertThat(keys(ADA, "fruit")).hasSize(3);
        assertThat(keys(ADA, "quick OR NOT ) ( \" : ^ {x} near(")).isEmpty();
        assertThat(memory.search(ADA, Query.of("lazy", "ada/fruit/", 10)))
                .singleElement()
                .satisfies(hit -> assertThat(hit.snippet()).contains("the [lazy] dog"));
        assertThat(memory.search(ADA, Query.of("lazy", "ada/fruit/2", 10))).isEmpty();
        refused("QUERY", () -> keys(ADA, " \" * "));
        put(ADA, "ada/fruit/1", "now a cat");
        memory.delete(ADA, new MemoryKey("ada/fruit/2"));
        assertThat(keys(ADA, "quick")).isEmpty();
        assertThat(keys(ADA, "cat")).containsExactly("ada/fruit/1");
    }

    private List<String> keys(Principal principal, String text) throws RpcException {
        return memory.search(principal, Query.of(text, "", 10)).stream()
                .map(hit -> hit.key().text())
                .toList();
    }

    @Test
    void findsTheNearestVectors() throws Exception {
        float[][] vectors = {{1, 0}, {3, 3}, {0, 5}, {-1, 0}};
        for (int i = 0; i < vectors.length; i++) {
            memory.put(
                    ADA,
                    new Put(
                            new MemoryKey("ada/v" + i),
                            Node.Kind.VALUE,
                            new JsonPrimitive("v" + i),
                            List.of(),
                            new Put.Anything(),
                            List.of(vectors[i][0], vectors[i][1])));
        }
        List<Memory.Hit> hits = memory.search(ADA, new Query("", List.of(2f, 0.5f), "", 2));
        assertThat(hits).extracting(hit -> hit.key().text()).containsExactly("ada/v0", "ada/v1");
        assertThat(hits.getFirst().score()).isCloseTo(2 / Math.sqrt(4.25), org.assertj.core.data.Offset.offset(1e-6));
        assertThat(memory.search(BOB, new Query("", List.of(2f, 0.5f), "", 2))).isEmpty();
        refused("VECTOR", () -> memory.search(ADA, new Query("", List.of(0f, 0f), "", 2)));
    }

    @SuppressWarnings("try") // what close does to a watch that waits
    @Test
    void tellsAWatchEveryWriteInOrderFromAnyPlace() throws Exception {
        put(ADA, "ada/a", "1");
        put(BOB, "bob/a", "2");
        put(ADA, "ada/b", "3");
        try (Memory.Watch watch = memory.watch(ADA, "ada/", 1);
                ExecutorService pool = Executors.newSingleThreadExecutor()) {
            assertThat(watch.next(Duration.ofSeconds(30)))
                    .extracting(head -> head.key().text())
                    .containsExactly("ada/b");
            assertThat(watch.position()).isEqualTo(3);
            assertThat(watch.next(Duration.ofMillis(1))).isEmpty();
            Future<List<Memory.Head>> waiting = pool.submit(() -> watch.next(Duration.ofSeconds(60)));
            put(BOB, "bob/b", "4");
            memory.delete(ADA, new MemoryKey("ada/b"));
            assertThat(waiting.get()).extracting(Memory.Head::kind).containsExactly(Node.Kind.TOMBSTONE);
            Future<List<Memory.Head>> ended = pool.submit(() -> watch.next(Duration.ofHours(1)));
            watch.close();
            assertThat(ended.get(30, TimeUnit.SECONDS)).isEmpty();
        }
        try (Memory.Watch fresh = memory.watch(ADA, "", Long.MAX_VALUE)) {
            assertThat(fresh.next(Duration.ofMillis(1))).isEmpty();
        }
    }

    @Test
    void namesADamagedNodeAndMendsItByWritingItAgain() throws Exception {
        Memory.Written written = put(ADA, KEY.text(), "A");
        put(ADA, "ada/sound", "S");
        try (Sql other = Sql.open(directory.resolve("memory.db"))) {
            other.update(
                    "UPDATE nodes SET content = x'7b7d' WHERE id = ?",
                    written.id().bytes());
        }
        assertThatThrownBy(() -> memory.get(ADA, KEY))
                .hasMessageContaining(written.id().hex());
        refused("DAMAGED", () -> memory.get(ADA, KEY));
        assertThat(texts(memory.get(ADA, new MemoryKey("ada/sound")))).containsExactly("S");
        assertThat(memory.entries(ADA, "", "", 10).items()).hasSize(1);
        put(ADA, KEY.text(), "A");
        assertThat(texts(memory.get(ADA, KEY))).containsExactly("A");
    }

    @Test
    void movesTheLogIntoTheFileWhenClosed() throws Exception {
        put(ADA, KEY.text(), "A");
        memory.close();
        assertThat(directory.resolve("memory.db-wal")).doesNotExist();
        open();
        assertThat(texts(memory.get(ADA, KEY))).containsExactly("A");
        assertThat(put(ADA, KEY.text(), "B").seq()).isEqualTo(2);
    }

    @Test
    void refusesWhatIsNoDatabaseAndWhatIsNewer() throws Exception {
        Path garbage = directory.resolve("garbage.db");
        Files.writeString(garbage, "this is no database, it is a text of some length.");
        assertThatThrownBy(() -> SqliteMemory.open(garbage, nanos::get)).isInstanceOf(SQLException.class);
        Path newer = directory.resolve("newer.db");
        SqliteMemory.open(newer, nanos::get).close();
        try (Sql sql = Sql.open(newer)) {
            sql.execute("PRAGMA user_version = 99");
        }
        assertThatThrownBy(() -> SqliteMemory.open(newer, nanos::get))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("version 99");
    }

    /** A database as the first version wrote it: its SQL stands here as it was. */
    @Test
    void movesADatabaseOfVersion1() throws Exception {
        Path old = directory.resolve("old.db");
        try (Sql sql = Sql.open(old)) {
            sql.execute("CREATE TABLE nodes (id BLOB NOT NULL UNIQUE, content BLOB NOT NULL) STRICT");
            sql.execute("CREATE TABLE log (seq INTEGER PRIMARY KEY AUTOINCREMENT, agent TEXT NOT NULL,"
                    + " key TEXT NOT NULL, node BLOB NOT NULL REFERENCES nodes (id)) STRICT");
            sql.execute("CREATE INDEX log_by_key ON log (agent, key, seq)");
            sql.execute("CREATE INDEX log_by_node ON log (node, seq)");
            sql.execute("PRAGMA user_version = 1");
            old(sql, 1, "hello/greeting", "\"hi\"");
            old(sql, 2, "plan", "1");
            old(sql, 3, "plan", "2");
            old(sql, 7, "plan", "1");
        }
        try (SqliteMemory moved = SqliteMemory.open(old, nanos::get)) {
            Principal hello = Principal.ofName(new PrincipalName("hello"));
            assertThat(texts(moved.get(hello, new MemoryKey("hello/greeting")))).containsExactly("hi");
            assertThat(moved.get(hello, new MemoryKey("hello/greeting"))
                            .orElseThrow()
                            .id())
                    .isEqualTo(NodeId.of(v1("hello/greeting", "\"hi\"")));
            assertThat(moved.history(hello, new MemoryKey("hello/plan"), Long.MAX_VALUE, 10)
                            .items())
                    .extracting(Memory.Head::seq)
                    .containsExactly(7L, 3L, 2L);
            assertThat(moved.put(hello, Put.of(new MemoryKey("hello/x"), new JsonPrimitive(1)))
                            .seq())
                    .isEqualTo(8);
            assertThat(moved.search(hello, Query.of("hi", "", 10))).hasSize(1);
        }
    }

    /** What version 2 had of stages is given back; everything else stays as it is. */
    @Test
    void movesADatabaseOfVersion2() throws Exception {
        put(ADA, KEY.text(), "A");
        memory.close();
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            makeVersion3(sql);
            for (String table : new String[] {"staged", "origins", "floor"}) {
                sql.execute("DROP TABLE " + table);
            }
            sql.execute("CREATE TABLE staged (a INTEGER NOT NULL, c INTEGER NOT NULL, PRIMARY KEY (a, c)) STRICT,"
                    + " WITHOUT ROWID");
            sql.execute("INSERT INTO chunks (c, id, data) VALUES (1, x'00', x'0102')");
            sql.execute("INSERT INTO staged (a, c) SELECT a, 1 FROM agents");
            sql.execute("UPDATE agents SET bytes = bytes + 2");
            sql.execute("PRAGMA user_version = 2");
        }
        open();
        assertThat(texts(memory.get(ADA, KEY))).containsExactly("A");
        assertThat(memory.readers().<Long>read(sql -> sql.number("SELECT bytes FROM agents")))
                .isEqualTo(
                        memory.readers().<Long>read(sql -> sql.number("SELECT sum(length(content)) + 128 FROM nodes")));
        assertThat(memory.readers().<Long>read(sql -> sql.number("SELECT count(*) FROM chunks")))
                .isZero();
        put(ADA, KEY.text(), "B");
    }

    /** The full-text index was a table, the log had an index by keys, and the nodes one by whole ids. */
    @Test
    void movesADatabaseOfVersion3() throws Exception {
        NodeId first = put(ADA, KEY.text(), "A").id();
        put(ADA, KEY.text(), "B");
        put(ADA, "ada/other", "other");
        put(ADA, KEY.text(), "A");
        memory.close();
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            makeVersion3(sql);
        }
        TextIndex.delete(directory.resolve("memory.db"));
        open();
        assertThat(texts(memory.get(ADA, KEY))).containsExactly("A");
        assertThat(texts(memory.node(ADA, first))).containsExactly("A");
        long last = put(ADA, KEY.text(), "C").seq();
        assertThat(last).isGreaterThan(4);
        assertThat(memory.history(ADA, KEY, Long.MAX_VALUE, 2).items())
                .extracting(Memory.Head::seq)
                .containsExactly(last, 4L);
        assertThat(memory.history(ADA, KEY, 4, 10).items())
                .extracting(Memory.Head::seq)
                .containsExactly(2L, 1L);
        assertThat(keys(ADA, "other")).containsExactly("ada/other");
        List<String> problems = memory.readers().read(sql -> IntegrityCheck.problems(sql, () -> false));
        assertThat(problems).isEmpty();
        memory.close();
        open();
        assertThat(keys(ADA, "C")).containsExactly(KEY.text());
    }

    /** Changes a database of the present version to one of version 3: its SQL stands here as it was. */
    private static void makeVersion3(Sql sql) throws SQLException {
        sql.execute("ALTER TABLE nodes RENAME TO nodes_4");
        sql.execute("DROP INDEX nodes_by_id");
        sql.execute("CREATE TABLE nodes (n INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, a INTEGER NOT NULL,"
                + " kind INTEGER NOT NULL, content BLOB NOT NULL) STRICT");
        sql.execute("INSERT INTO nodes SELECT n, id, a, kind, content FROM nodes_4");
        sql.execute("DROP TABLE nodes_4");
        sql.execute("ALTER TABLE log DROP COLUMN prev");
        sql.execute("DROP INDEX log_again");
        sql.execute("DROP TABLE run_blocks");
        for (String table : new String[] {"nodes", "log", "keys"}) {
            sql.execute("UPDATE " + table + " SET n = n + 100");
        }
        sql.execute("CREATE INDEX log_by_key ON log (k, seq)");
        sql.execute("CREATE INDEX log_by_node ON log (n, seq)");
        sql.execute("CREATE INDEX log_by_run ON log (r, seq)");
        sql.execute("CREATE VIRTUAL TABLE texts USING fts5 (space, key, text, content = '', contentless_delete = 1,"
                + " tokenize = 'unicode61 remove_diacritics 2')");
        sql.execute("PRAGMA user_version = 3");
    }

    private static byte[] v1(String key, String value) {
        return ("{\"agent\":\"hello\",\"key\":\"" + key + "\",\"kind\":\"value\",\"parents\":[],\"value\":" + value
                        + "}")
                .getBytes(java.nio.charset.StandardCharsets.UTF_8);
    }

    private static void old(Sql sql, long seq, String key, String value) throws SQLException {
        byte[] content = v1(key, value);
        byte[] id = NodeId.of(content).bytes();
        sql.update("INSERT OR IGNORE INTO nodes (id, content) VALUES (?, ?)", id, content);
        sql.update("INSERT INTO log (seq, agent, key, node) VALUES (?, 'hello', ?, ?)", seq, key, id);
    }

    private static Put blobPut(String key, Blob blob) {
        return new Put(new MemoryKey(key), Node.Kind.BLOB, blob.encode(), List.of(), new Put.Anything(), List.of());
    }

    /** They took the agent's quota until the next start. */
    @Test
    void chunksThatNoBlobTookGoAfterAnHour() throws Exception {
        NodeId kept = memory.putChunk(ADA, new byte[] {1});
        memory.put(ADA, blobPut("ada/film", memory.blob(ADA, List.of(kept), "")));
        memory.putChunk(ADA, new byte[] {1});
        NodeId left = memory.putChunk(ADA, new byte[] {2, 2});
        long used = bytesOf("ada");
        memory.committer().change(writes -> writes.sql().update("UPDATE staged SET since = since - 3601"));
        NodeId fresh = memory.putChunk(ADA, new byte[] {3, 3, 3});
        assertThat(bytesOf("ada")).isEqualTo(used - 2 + 3);
        refused("CHUNK", () -> memory.blob(ADA, List.of(left), ""));
        assertThat(memory.blob(ADA, List.of(kept, fresh), "").size()).isEqualTo(4);
        memory.close();
        open();
        assertThat(bytesOf("ada")).isEqualTo(used - 2);
    }

    /** Regression: a quarantined blob was released by naming its chunks once more. */
    @Test
    void blobsInheritTheInfluenceOfTheirChunks() throws Exception {
        Principal later = new Principal(ADA.agent(), 2, "", ADA.read(), ADA.write(), 1 << 20, 1_000, List.of());
        NodeId source = put(ADA, "ada/source", "x").id();
        memory.get(ADA, new MemoryKey("ada/source"));
        NodeId chunk = memory.putChunk(ADA, new byte[] {1});
        Blob blob = memory.blob(ADA, List.of(chunk), "");
        memory.put(ADA, blobPut("ada/film", blob));
        memory.put(later, blobPut("ada/again", memory.blob(later, List.of(chunk), "")));
        List<Source> without = List.of(new Source.ByNode(source));
        refused("INFLUENCED", () -> memory.get(ADA.excluding(without), new MemoryKey("ada/again")));
        memory.committer().change(writes -> Quarantines.put(writes, without.getFirst(), ""));
        refused("CHUNK", () -> memory.blob(later, List.of(chunk), ""));
        refused("CHUNK", () -> memory.put(later, blobPut("ada/third", blob)));
        // Who has the bytes has them from elsewhere, or has said so by reading them.
        long used = bytesOf("ada");
        memory.putChunk(later, new byte[] {1});
        assertThat(bytesOf("ada")).isEqualTo(used);
        memory.put(later, blobPut("ada/third", memory.blob(later, List.of(chunk), "")));
    }

    private long bytesOf(String agent) throws Exception {
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            return sql.number("SELECT bytes FROM agents WHERE name = ?", agent);
        }
    }

    @Test
    void keepsBlobsInSharedChunksThatMustBePossessed() throws Exception {
        byte[] one = new byte[Blob.MAX_CHUNK_BYTES];
        java.util.Arrays.fill(one, (byte) 7);
        byte[] two = {1, 2, 3};
        List<NodeId> chunks = List.of(memory.putChunk(ADA, one), memory.putChunk(ADA, two), memory.putChunk(ADA, one));
        Blob blob = memory.blob(ADA, chunks, "application/x-test");
        assertThat(blob.size()).isEqualTo(2L * one.length + 3);
        JsonElement value = blob.encode();
        MemoryKey key = new MemoryKey("ada/film");
        Put put = new Put(key, Node.Kind.BLOB, value, List.of(), new Put.Anything(), List.of());
        Memory.Written written = memory.put(ADA, put);
        memory.put(ADA, put);
        assertThat(memory.chunk(ADA, written.id(), 1)).isEqualTo(two);
        assertThat(memory.chunk(ADA, written.id(), 2)).isEqualTo(one);
        refused("NOT_FOUND", () -> memory.chunk(ADA, written.id(), 3));
        refused("NOT_FOUND", () -> memory.chunk(BOB, written.id(), 0));
        // What is in a blob of her own Ada may use again, and it takes no more of her quota.
        assertThat(memory.blob(ADA, List.of(chunks.get(1)), "").size()).isEqualTo(two.length);
        long used = bytesOf("ada");
        memory.putChunk(ADA, one);
        assertThat(bytesOf("ada")).isEqualTo(used);
        // Bob knows the hashes but not the bytes.
        refused("CHUNK", () -> memory.blob(BOB, chunks, ""));
        Put stolen =
                new Put(new MemoryKey("bob/film"), Node.Kind.BLOB, value, List.of(), new Put.Anything(), List.of());
        refused("CHUNK", () -> memory.put(BOB, stolen));
        memory.putChunk(BOB, one);
        memory.putChunk(BOB, two);
        memory.put(BOB, stolen);
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            assertThat(sql.number("SELECT count(*) FROM chunks")).isEqualTo(2);
        }
        memory.putChunk(BOB, new byte[] {9});
        memory.close();
        open();
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            assertThat(sql.number("SELECT count(*) FROM chunks")).isEqualTo(2);
            assertThat(sql.number("SELECT count(*) FROM staged")).isZero();
        }
    }
}
