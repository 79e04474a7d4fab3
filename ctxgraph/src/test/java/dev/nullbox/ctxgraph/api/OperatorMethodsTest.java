package dev.nullbox.ctxgraph.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
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
import dev.nullbox.ctxgraph.store.Backup;
import dev.nullbox.ctxgraph.store.IntegrityCheck;
import dev.nullbox.ctxgraph.store.Sql;
import dev.nullbox.ctxgraph.store.SqliteMemory;
import dev.nullbox.ctxgraph.store.WriteTransaction;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class OperatorMethodsTest {
    private static final List<KeyGlob> ALL = List.of(new KeyGlob("*"));
    private static final Principal ADA =
            new Principal(new PrincipalName("ada"), 1, "", ALL, ALL, 1 << 30, 1_000_000, List.of());
    private static final Principal BOB =
            new Principal(new PrincipalName("bob"), 4, "ab".repeat(32), ALL, ALL, 1 << 30, 1_000_000, List.of());

    @TempDir
    Path directory;

    private final ByteArrayOutputStream events = new ByteArrayOutputStream();
    private final AtomicInteger restarts = new AtomicInteger();
    private SqliteMemory memory;
    private IntegrityCheck check;
    private OperatorMethods operators;

    @BeforeEach
    void open() throws Exception {
        open("memory.db");
    }

    private void open(String name) throws Exception {
        Path database = directory.resolve(name);
        Backup.apply(database);
        memory = SqliteMemory.open(database, System::nanoTime);
        EventSink sink = new EventSink(events);
        check = IntegrityCheck.start(database, sink);
        operators = new OperatorMethods(
                memory, database, directory.resolve("transfers"), check, sink, restarts::incrementAndGet);
    }

    @AfterEach
    void close() throws Exception {
        check.close();
        memory.close();
    }

    private JsonObject call(String name, String params) throws RpcException {
        return call(name, Json.parse(params).getAsJsonObject());
    }

    private JsonObject call(String name, JsonObject params) throws RpcException {
        RpcMethod method = operators.all().stream()
                .filter(one -> one.name().equals("memory." + name))
                .findFirst()
                .orElseThrow();
        return method.handler().handle(new Caller("root", "root"), params).getAsJsonObject();
    }

    private void refused(String detail, String name, String params) {
        RpcException refusal = catchThrowableOfType(RpcException.class, () -> call(name, params));
        assertThat(refusal).as(name + " " + params).isNotNull();
        assertThat(refusal.detail()).as(refusal.getMessage()).isEqualTo(detail);
    }

    private NodeId put(Principal principal, String key, String text, NodeId... parents) throws RpcException {
        return memory.put(
                        principal,
                        new Put(
                                new MemoryKey(key),
                                Node.Kind.VALUE,
                                new JsonPrimitive(text),
                                List.of(parents),
                                new Put.Anything(),
                                List.of()))
                .id();
    }

    private static List<String> strings(JsonElement array, String member) {
        List<String> strings = new ArrayList<>();
        ((JsonArray) array)
                .forEach(one -> strings.add(one.getAsJsonObject().get(member).getAsString()));
        return strings;
    }

    /** Ada writes, Bob reads it and writes without a word of where it came from; so does a third who reads Bob. */
    @Test
    void tracesHoldsBackAndReleasesWhatMayHaveComeFromAnAgent() throws Exception {
        put(BOB, "bob/before", "innocent");
        NodeId bad = put(ADA, "ada/bad", "poison");
        memory.get(BOB, new MemoryKey("ada/bad"));
        NodeId taken = put(BOB, "bob/after", "taken in");
        NodeId child = put(Principal.operator(), "ops/child", "named", taken);
        JsonObject back = call("trace", "{\"id\":\"" + child.hex() + "\"}");
        assertThat(strings(back.get("nodes"), "key")).containsExactly("ops/child", "bob/after", "ada/bad");
        assertThat(back.get("complete").getAsBoolean()).isTrue();
        JsonObject middle = back.getAsJsonArray("nodes").get(1).getAsJsonObject();
        assertThat(middle.get("run").getAsLong()).isEqualTo(4);
        assertThat(middle.get("manifest").getAsString()).isEqualTo("ab".repeat(32));
        assertThat(middle.get("reads")).isEqualTo(array(bad));
        assertThat(strings(
                        call("trace", "{\"id\":\"" + bad.hex() + "\",\"direction\":\"descendants\"}")
                                .get("nodes"),
                        "key"))
                .containsExactly("ada/bad", "bob/after", "ops/child");
        JsonObject held = call("quarantine", "{\"influenced_by\":\"ada\",\"reason\":\"test\"}");
        assertThat(held.get("nodes").getAsLong()).isEqualTo(3);
        for (String key : new String[] {"ada/bad", "bob/after", "ops/child"}) {
            RpcException refusal = catchThrowableOfType(RpcException.class, () -> memory.get(BOB, new MemoryKey(key)));
            assertThat(refusal.detail()).isEqualTo("QUARANTINED");
            assertThat(refusal.getMessage()).contains("influenced by ada").doesNotContain("poison");
        }
        assertThat(memory.get(BOB, new MemoryKey("bob/before"))).isPresent();
        assertThat(memory.search(BOB, Query.of("poison", "", 10))).isEmpty();
        assertThat(memory.entries(BOB, "", "", 10).items()).hasSize(1);
        // Ada goes on, and Bob in the same run: quarantined too. A new run of Bob is not.
        put(ADA, "ada/more", "x");
        put(BOB, "bob/more", "x");
        put(new Principal(BOB.agent(), 5, "", ALL, ALL, 1 << 30, 1_000, List.of()), "bob/fresh", "x");
        assertThat(memory.list(Principal.operator(), "", "", 10).items().stream()
                        .filter(Memory.Head::quarantined)
                        .map(head -> head.key().text()))
                .containsExactly("ada/bad", "ada/more", "bob/after", "bob/more", "ops/child");
        assertThat(call("quarantines", "{}").getAsJsonArray("quarantines")).hasSize(1);
        assertThat(call("release", "{\"quarantine\":1}").get("nodes").getAsLong())
                .isEqualTo(5);
        assertThat(memory.get(BOB, new MemoryKey("ada/bad"))).isPresent();
        refused("NOT_FOUND", "release", "{\"quarantine\":1}");
        refused("NOT_FOUND", "quarantine", "{\"influenced_by\":\"nobody\"}");
        refused("SYNTAX", "quarantine", "{\"influenced_by\":\"no/body\"}");
        assertThat(events.toString(StandardCharsets.UTF_8)).contains("memory.quarantined", "memory.released");
    }

    @Test
    void goesBackToWhatAKeyHeld() throws Exception {
        NodeId first = put(ADA, "ada/k", "one");
        put(ADA, "ada/k", "two");
        memory.delete(ADA, new MemoryKey("ada/k"));
        JsonObject rewound = call("rewind", "{\"key\":\"ada/k\",\"to\":1}");
        assertThat(rewound.get("id").getAsString()).isEqualTo(first.hex());
        assertThat(rewound.get("seq").getAsLong()).isEqualTo(4);
        assertThat(memory.get(ADA, new MemoryKey("ada/k"))
                        .orElseThrow()
                        .node()
                        .value()
                        .getAsString())
                .isEqualTo("one");
        assertThat(memory.search(ADA, Query.of("one", "", 10))).hasSize(1);
        assertThat(memory.history(ADA, new MemoryKey("ada/k"), Long.MAX_VALUE, 10)
                        .items())
                .hasSize(4);
        refused("NOT_FOUND", "rewind", "{\"key\":\"ada/other\",\"to\":4}");
        refused("OUT_OF_RANGE", "rewind", "{\"key\":\"ada/k\",\"to\":0}");
    }

    @Test
    void backsUpWhileInUseAndRestores() throws Exception {
        put(ADA, "ada/k", "kept");
        JsonObject backup = call("backup", "{}");
        byte[] bytes = download(backup);
        assertThat(bytes).hasSize(backup.get("bytes").getAsInt());
        put(ADA, "ada/k", "later");
        String sent = upload(bytes);
        refused("TRANSFER_DIGEST", "restore", "{\"transfer\":\"" + sent + "\",\"sha256\":\"" + "0".repeat(64) + "\"}");
        String sha256 = backup.get("sha256").getAsString();
        call("restore", "{\"transfer\":\"" + upload(bytes) + "\",\"sha256\":\"" + sha256 + "\"}");
        assertThat(restarts).hasValue(1);
        close();
        open("memory.db");
        assertThat(memory.get(ADA, new MemoryKey("ada/k"))
                        .orElseThrow()
                        .node()
                        .value()
                        .getAsString())
                .isEqualTo("kept");
        assertThat(directory.resolve("memory.db.before-restore")).exists();
    }

    private void damage(String database, NodeId node) throws Exception {
        try (Sql sql = Sql.open(directory.resolve(database))) {
            sql.update("UPDATE nodes SET content = x'7b7d' WHERE id = ?", node.bytes());
            sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
    }

    private static String restore(String transfer, byte[] bytes, String more) {
        return "{\"transfer\":\"" + transfer + "\",\"sha256\":\""
                + NodeId.of(bytes).hex() + "\"" + more + "}";
    }

    /** Numbers were used again: who compared by one, or watched from one, took another write for it. */
    @Test
    void givesNoNumberTwiceAfterARestore() throws Exception {
        put(ADA, "ada/k", "1");
        byte[] bytes = download(call("backup", "{}"));
        put(ADA, "ada/k", "2");
        call("quarantine", "{\"influenced_by\":\"ada\"}");
        put(ADA, "ada/k", "3");
        for (int i = 0; i < 2; i++) {
            call("restore", restore(upload(bytes), bytes, ""));
            close();
            open("memory.db");
        }
        // The quarantine came after the backup: it is gone with all else.
        assertThat(memory.get(ADA, new MemoryKey("ada/k"))).isPresent();
        for (long lost = 2; lost <= 4; lost++) {
            long after = lost;
            assertThat(catchThrowableOfType(RpcException.class, () -> memory.watch(ADA, "", after))
                            .detail())
                    .as("after " + after)
                    .isEqualTo("AHEAD");
        }
        close();
        open("memory.db");
        long seq = memory.put(ADA, Put.of(new MemoryKey("ada/k"), new JsonPrimitive("4")))
                .seq();
        // 3 writes, then one number that none has for each of the two restores.
        assertThat(seq).isEqualTo(6);
        for (long from : new long[] {1, 5}) {
            try (Memory.Watch watch = memory.watch(ADA, "", from)) {
                assertThat(watch.next(Duration.ofSeconds(10)))
                        .extracting(Memory.Head::seq)
                        .containsExactly(6L);
            }
        }
        close();
        open("memory.db");
        assertThat(put(ADA, "ada/k", "5")).isNotNull();
        assertThat(call("status", "{}").get("seq").getAsLong()).isEqualTo(7);
    }

    @Test
    void refusesABackupThatIsDamaged() throws Exception {
        NodeId id = put(ADA, "ada/k", "kept");
        byte[] bytes = download(call("backup", "{}"));
        Path copy = directory.resolve("copy.db");
        Files.write(copy, bytes);
        damage("copy.db", id);
        byte[] damaged = Files.readAllBytes(copy);
        refused("DAMAGED", "restore", restore(upload(damaged), damaged, ""));
        try (Sql sql = Sql.open(copy)) {
            sql.execute("PRAGMA writable_schema = ON");
            sql.execute("UPDATE sqlite_master SET rootpage = (SELECT rootpage FROM sqlite_master WHERE name = 'nodes')"
                    + " WHERE name = 'nodes_by_id'");
            sql.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        }
        byte[] broken = Files.readAllBytes(copy);
        for (byte[] bad : List.of(broken, Arrays.copyOf(bytes, bytes.length / 2), new byte[] {1, 2})) {
            refused("BACKUP", "restore", restore(upload(bad), bad, ",\"with_damage\":true"));
        }
        assertThat(restarts).hasValue(0);
    }

    /** A backup taken while one node was damaged could never be restored. */
    @Test
    void restoresABackupWithADamagedNodeWhenAskedTo() throws Exception {
        NodeId bad = put(ADA, "ada/bad", "x");
        put(ADA, "ada/good", "y");
        damage("memory.db", bad);
        JsonObject backup = call("backup", "{}");
        JsonElement named = Json.parse("[\"node " + bad + "\"]");
        assertThat(backup.get("damaged")).isEqualTo(named);
        byte[] bytes = download(backup);
        refused("DAMAGED", "restore", restore(upload(bytes), bytes, ""));
        assertThat(call("restore", restore(upload(bytes), bytes, ",\"with_damage\":true"))
                        .get("damaged"))
                .isEqualTo(named);
        close();
        open("memory.db");
        assertThat(memory.get(ADA, new MemoryKey("ada/good"))).isPresent();
        assertThat(catchThrowableOfType(RpcException.class, () -> memory.get(ADA, new MemoryKey("ada/bad")))
                        .detail())
                .isEqualTo("DAMAGED");
    }

    /** It was exported as it was, and refused where it arrived; and an import left a damaged copy as it was. */
    @Test
    void exportsNothingThatIsDamagedAndMendsItByAnImport() throws Exception {
        NodeId node = put(ADA, "ada/k", "sound");
        NodeId chunk = memory.putChunk(ADA, new byte[] {1});
        JsonElement film = memory.blob(ADA, List.of(chunk), "").encode();
        Put blob = new Put(new MemoryKey("ada/film"), Node.Kind.BLOB, film, List.of(), new Put.Anything(), List.of());
        memory.put(ADA, blob);
        byte[] sound = download(call("export", "{}"));
        damage("memory.db", node);
        RpcException refusal = catchThrowableOfType(RpcException.class, () -> call("export", "{}"));
        assertThat(refusal.detail()).isEqualTo("DAMAGED");
        assertThat(refusal.getMessage()).contains("node " + node);
        call("export", "{\"prefix\":\"ada/film\"}");
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            sql.update("UPDATE chunks SET data = x'02'");
        }
        refusal = catchThrowableOfType(RpcException.class, () -> call("export", "{\"prefix\":\"ada/film\"}"));
        assertThat(refusal.getMessage()).contains("chunk " + chunk);
        assertThat(call("import", "{\"transfer\":\"" + upload(sound) + "\"}"))
                .isEqualTo(Json.parse("{\"nodes\":1,\"entries\":0,\"chunks\":1}"));
        assertThat(memory.get(ADA, new MemoryKey("ada/k"))).isPresent();
        assertThat(download(call("export", "{}"))).isEqualTo(sound);
    }

    @Test
    void tracesEachWriteOfANodeThatWasWrittenAgain() throws Exception {
        Principal later = new Principal(BOB.agent(), 9, "cd".repeat(32), ALL, ALL, 1 << 30, 1_000, List.of());
        NodeId same = put(BOB, "bob/same", "x");
        put(later, "bob/same", "y");
        assertThat(put(later, "bob/same", "x")).isEqualTo(same);
        JsonObject node = call("trace", "{\"id\":\"" + same.hex() + "\"}")
                .getAsJsonArray("nodes")
                .get(0)
                .getAsJsonObject();
        assertThat(strings(node.get("writes"), "run")).containsExactly("4", "9");
        assertThat(strings(node.get("writes"), "manifest")).containsExactly("ab".repeat(32), "cd".repeat(32));
    }

    @Test
    void movesASubgraphWithItsBlobsToAnotherMemory() throws Exception {
        NodeId root = put(BOB, "bob/source", "root");
        byte[] data = {9, 8, 7};
        NodeId chunk = memory.putChunk(ADA, data);
        Blob blob = memory.blob(ADA, List.of(chunk, chunk), "");
        NodeId film = memory.put(
                        ADA,
                        new Put(
                                new MemoryKey("ada/film"),
                                Node.Kind.BLOB,
                                blob.encode(),
                                List.of(root),
                                new Put.Anything(),
                                List.of()))
                .id();
        put(ADA, "ada/k", "A");
        put(ADA, "ada/k", "B");
        put(ADA, "ada/k", "A");
        memory.delete(ADA, new MemoryKey("ada/k"));
        JsonObject export = call("export", "{\"prefix\":\"ada/\"}");
        assertThat(export.get("nodes").getAsLong()).isEqualTo(5);
        byte[] bytes = download(export);
        close();
        open("other.db");
        put(ADA, "ada/own", "stays");
        JsonObject taken = call("import", "{\"transfer\":\"" + upload(bytes) + "\"}");
        assertThat(taken).isEqualTo(Json.parse("{\"nodes\":5,\"entries\":5,\"chunks\":1}"));
        assertThat(memory.history(BOB, new MemoryKey("ada/k"), Long.MAX_VALUE, 10)
                        .items())
                .extracting(Memory.Head::kind)
                .containsExactly(Node.Kind.TOMBSTONE, Node.Kind.VALUE, Node.Kind.VALUE, Node.Kind.VALUE);
        assertThat(memory.chunk(BOB, film, 1)).isEqualTo(data);
        // The ancestor came along without an entry in the log: its way is known all the same, and it may be named.
        JsonObject back = call("trace", "{\"id\":\"" + film.hex() + "\"}");
        assertThat(strings(back.get("nodes"), "key")).containsExactly("ada/film", "bob/source");
        assertThat(back.get("complete").getAsBoolean()).isTrue();
        assertThat(strings(call("trace", "{\"id\":\"" + root.hex() + "\"}").get("nodes"), "agent"))
                .containsExactly("bob");
        put(Principal.operator(), "ops/named", "child", root);
        assertThat(memory.node(BOB, root)).isPresent();
        // Ada's five nodes and entries, and her chunk once, as where it comes from.
        assertThat(memory.readers().<Long>read(sql -> sql.number("SELECT bytes FROM agents WHERE name = 'ada'")))
                .isEqualTo(memory.readers()
                        .<Long>read(sql -> sql.number(
                                "SELECT (SELECT sum(length(content)) FROM nodes JOIN agents USING (a) WHERE name = 'ada') + "
                                        + data.length + " + " + WriteTransaction.ENTRY_BYTES
                                        + " * (SELECT count(*) FROM log JOIN runs USING (r) JOIN agents USING (a)"
                                        + " WHERE name = 'ada')")));
        assertThat(call("import", "{\"transfer\":\"" + upload(bytes) + "\"}"))
                .isEqualTo(Json.parse("{\"nodes\":0,\"entries\":0,\"chunks\":1}"));
        bytes[bytes.length / 2] ^= 1;
        refused("EXPORT", "import", "{\"transfer\":\"" + upload(bytes) + "\"}");
        refused("EXPORT", "import", "{\"transfer\":\"" + upload(Arrays.copyOf(bytes, 100)) + "\"}");
    }

    private String detail(String key) {
        RpcException refusal = catchThrowableOfType(RpcException.class, () -> memory.get(BOB, new MemoryKey(key)));
        return refusal == null ? "" : refusal.detail();
    }

    private JsonObject moveTo(String database, String export) throws Exception {
        byte[] bytes = download(call("export", export));
        close();
        open(database);
        put(BOB, "bob/here", "so that Bob is known here");
        return takeIn(bytes);
    }

    private JsonObject takeIn(byte[] bytes) throws RpcException {
        return call("import", "{\"transfer\":\"" + upload(bytes) + "\"}");
    }

    /** Imports went past the quarantines: what a quarantined agent had written elsewhere could be read. */
    @Test
    void holdsBackWhatIsImportedOfAQuarantinedAgentAndWhatCameFromIt() throws Exception {
        NodeId bad = put(BOB, "bob/bad", "x");
        put(ADA, "ada/child", "named", bad);
        memory.get(ADA, new MemoryKey("bob/bad"));
        put(ADA, "ada/reader", "not named");
        put(new Principal(ADA.agent(), 2, "", ALL, ALL, 1 << 30, 1_000, List.of()), "ada/free", "x");
        byte[] bytes = download(call("export", "{\"prefix\":\"ada/\"}"));
        close();
        open("other.db");
        put(BOB, "bob/here", "so that Bob is known here");
        call("quarantine", "{\"influenced_by\":\"bob\"}");
        assertThat(takeIn(bytes)).isEqualTo(Json.parse("{\"nodes\":4,\"entries\":3,\"chunks\":0}"));
        assertThat(memory.list(ADA, "ada/", "", 10).items().stream()
                        .filter(Memory.Head::quarantined)
                        .map(head -> head.key().text()))
                .containsExactly("ada/child", "ada/reader");
        assertThat(detail("ada/reader")).isEqualTo("QUARANTINED");
        assertThat(detail("ada/child")).isEqualTo("QUARANTINED");
        assertThat(catchThrowableOfType(RpcException.class, () -> memory.node(BOB, bad))
                        .detail())
                .isEqualTo("QUARANTINED");
        assertThat(detail("ada/free")).isEmpty();
        call("release", "{\"quarantine\":1}");
        assertThat(detail("ada/reader")).isEmpty();
    }

    /** Exports carried no reads: what came of them was as if it came from nothing. */
    @Test
    void keepsInfluenceByReadsOverAnExportOfAnExport() throws Exception {
        NodeId bad = put(ADA, "ada/bad", "poison");
        memory.get(BOB, new MemoryKey("ada/bad"));
        NodeId middle = put(BOB, "bob/middle", "read");
        put(Principal.operator(), "ops/child", "named", middle);
        put(ADA, "ada/late", "written after the read");
        memory.get(BOB, new MemoryKey("ada/late"));
        assertThat(moveTo("second.db", "{\"prefix\":\"ops/\"}"))
                .isEqualTo(Json.parse("{\"nodes\":3,\"entries\":1,\"chunks\":0}"));
        moveTo("third.db", "{\"prefix\":\"ops/\"}");
        MemoryKey child = new MemoryKey("ops/child");
        for (String source : new String[] {"ada", "bob", bad.hex(), middle.hex()}) {
            assertThat(catchThrowableOfType(
                                    RpcException.class,
                                    () -> memory.get(BOB.excluding(List.of(Source.parse(source))), child))
                            .detail())
                    .isEqualTo("INFLUENCED");
        }
        assertThat(memory.get(BOB.excluding(List.of(Source.parse("eve"))), child))
                .isPresent();
        assertThat(strings(
                        call("trace", "{\"id\":\"" + bad + "\",\"direction\":\"descendants\"}")
                                .get("nodes"),
                        "id"))
                .containsExactly(
                        bad.hex(),
                        middle.hex(),
                        String.valueOf(memory.head(BOB, child).orElseThrow().id()));
        assertThat(call("quarantine", "{\"influenced_by\":\"" + bad + "\"}")
                        .get("nodes")
                        .getAsLong())
                .isEqualTo(3);
        assertThat(detail("ops/child")).isEqualTo("QUARANTINED");
        assertThat(detail("bob/here")).isEmpty();
    }

    /** Nodes without an entry of their own were left out, and were no parents, although they could be read by their id. */
    @Test
    void tracesAncestorsThatWereImportedWithoutAnEntry() throws Exception {
        NodeId root = put(BOB, "bob/root", "root");
        NodeId child = put(ADA, "ada/child", "named", root);
        moveTo("other.db", "{\"prefix\":\"ada/\"}");
        JsonObject trace = call("trace", "{\"id\":\"" + child + "\"}");
        assertThat(strings(trace.get("nodes"), "key")).containsExactly("ada/child", "bob/root");
        JsonObject imported = trace.getAsJsonArray("nodes").get(1).getAsJsonObject();
        assertThat(imported.get("agent").getAsString()).isEqualTo("bob");
        assertThat(imported.getAsJsonArray("writes"))
                .containsExactly(Json.parse("{\"seq\":0,\"agent\":\"bob\",\"run\":4,\"manifest\":\"" + "ab".repeat(32)
                        + "\",\"contacts\":[]}"));
        assertThat(strings(call("trace", "{\"id\":\"" + root + "\"}").get("nodes"), "id"))
                .containsExactly(root.hex());
        put(ADA, "ada/more", "x", root);
        Principal eve = new Principal(new PrincipalName("eve"), 1, "", List.of(), ALL, 1 << 30, 1_000, List.of());
        assertThat(catchThrowableOfType(RpcException.class, () -> put(eve, "eve/x", "x", root))
                        .detail())
                .isEqualTo("PARENT");
        // One of which not even the writer's run is known, as version 1 of the format left them.
        try (Sql sql = Sql.open(directory.resolve("other.db"))) {
            sql.update("DELETE FROM origins");
        }
        JsonObject alone = call("trace", "{\"id\":\"" + root + "\"}")
                .getAsJsonArray("nodes")
                .get(0)
                .getAsJsonObject();
        assertThat(alone.get("agent").getAsString() + alone.get("writes")).isEqualTo("bob[]");
    }

    @Test
    void contactsBeforeAWriteAreTracedAndLaterOnesAreNot() throws Exception {
        memory.contacted(ADA, List.of("api.example:443", "time.example:123/udp"));
        memory.contacted(ADA, List.of("api.example:443"));
        NodeId first = put(ADA, "ada/first", "A");
        memory.contacted(ADA, List.of("late.example:443"));
        memory.contacted(BOB, List.of("bob.example:443"));
        NodeId second = put(ADA, "ada/second", "B");
        assertThat(contacts(first)).isEqualTo("[\"api.example:443\",\"time.example:123/udp\"]");
        assertThat(contacts(second)).isEqualTo("[\"api.example:443\",\"late.example:443\",\"time.example:123/udp\"]");
    }

    private String contacts(NodeId id) throws Exception {
        JsonObject trace = call("trace", "{\"id\":\"" + id + "\"}");
        return trace.getAsJsonArray("nodes")
                .get(0)
                .getAsJsonObject()
                .get("contacts")
                .toString();
    }

    @Test
    void contactsOfARunAreBounded() throws Exception {
        for (int i = 0; i < 2 * MemoryContract.MAX_CONTACTS_OF_RUN; i++) {
            memory.contacted(ADA, List.of("n" + i + ".example:443"));
        }
        put(ADA, "ada/k", "A");
        long recorded = memory.readers().read(sql -> sql.number("SELECT count(*) FROM contacts"));
        assertThat(recorded).isEqualTo(MemoryContract.MAX_CONTACTS_OF_RUN);
    }

    @Test
    void tracesReadsAndContactsOfEachWriteUpToABound() throws Exception {
        Principal later = new Principal(ADA.agent(), 2, "cd".repeat(32), ALL, ALL, 1 << 30, 1_000, List.of());
        NodeId first = put(ADA, "ada/k", "A");
        put(ADA, "ada/k", "B");
        NodeId read = put(BOB, "bob/read", "x");
        memory.get(later, new MemoryKey("bob/read"));
        put(later, "ada/k", "A");
        memory.committer()
                .change(
                        writes -> writes.sql()
                                .update(
                                        "INSERT INTO contacts (r, contact, seq) SELECT r, 'example.com:443', 3 FROM runs WHERE run = 2"));
        JsonObject trace = call("trace", "{\"id\":\"" + first + "\"}");
        JsonObject node = trace.getAsJsonArray("nodes").get(0).getAsJsonObject();
        assertThat(node.get("run").getAsLong()).isEqualTo(1);
        assertThat(node.getAsJsonArray("writes")).hasSize(2);
        assertThat(node.getAsJsonArray("writes").get(1))
                .isEqualTo(Json.parse("{\"seq\":4,\"agent\":\"ada\",\"run\":2,\"manifest\":\"" + "cd".repeat(32)
                        + "\",\"contacts\":[\"example.com:443\"]}"));
        assertThat(node.get("reads")).isEqualTo(array(read));
        assertThat(trace.get("complete").getAsBoolean()).isTrue();
        for (int i = 0; i < 20; i++) {
            put(ADA, "ada/k", "A");
        }
        trace = call("trace", "{\"id\":\"" + first + "\"}");
        assertThat(trace.getAsJsonArray("nodes").get(0).getAsJsonObject().getAsJsonArray("writes"))
                .hasSize(20);
        assertThat(trace.get("complete").getAsBoolean()).isFalse();
    }

    /** Regression: quarantined nodes were exported unmarked. */
    @Test
    void quarantinesSurviveExportAndImport() throws Exception {
        NodeId bad = put(ADA, "ada/bad", "x");
        put(ADA, "ada/good", "x");
        call("quarantine", "{\"influenced_by\":\"" + bad + "\"}");
        JsonObject export = call("export", "{}");
        assertThat(export.get("held").getAsLong()).isEqualTo(1);
        byte[] bytes = download(export);
        close();
        open("other.db");
        takeIn(bytes);
        assertThat(detail("ada/bad")).isEqualTo("QUARANTINED");
        assertThat(detail("ada/good")).isEmpty();
        assertThat(strings(call("quarantines", "{}").get("quarantines"), "influenced_by"))
                .containsExactly("import:" + bad);
        call("release", "{\"quarantine\":1}");
        assertThat(detail("ada/bad")).isEmpty();
        // It is there: who takes it in again does not undo the release.
        takeIn(bytes);
        assertThat(detail("ada/bad")).isEmpty();
        assertThat(call("quarantines", "{}").getAsJsonArray("quarantines")).isEmpty();
    }

    @Test
    void namesWhatIsDamagedAndServesTheRest() throws Exception {
        NodeId bad = put(ADA, "ada/bad", "x");
        put(ADA, "ada/good", "y");
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            sql.update("UPDATE nodes SET content = x'7b7d' WHERE id = ?", bad.bytes());
        }
        close();
        open("memory.db");
        while (!check.done()) {
            Thread.onSpinWait();
        }
        assertThat(call("status", "{}").getAsJsonArray("damaged"))
                .containsExactly(new JsonPrimitive("node " + bad.hex()));
        assertThat(events.toString(StandardCharsets.UTF_8))
                .contains("{\"event\":\"memory.damaged\",\"problem\":\"node " + bad.hex() + "\"}");
        assertThat(memory.get(ADA, new MemoryKey("ada/good"))).isPresent();
    }

    private static JsonArray array(NodeId id) {
        JsonArray array = new JsonArray();
        array.add(id.hex());
        return array;
    }

    private byte[] download(JsonObject made) throws RpcException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String transfer = made.get("transfer").getAsString();
        boolean end = false;
        while (!end) {
            JsonObject piece =
                    call("transfer.read", "{\"transfer\":\"" + transfer + "\",\"offset\":" + bytes.size() + "}");
            bytes.writeBytes(Base64.getDecoder().decode(piece.get("data").getAsString()));
            end = piece.get("end").getAsBoolean();
        }
        call("transfer.drop", "{\"transfer\":\"" + transfer + "\"}");
        refused("TRANSFER_UNKNOWN", "transfer.read", "{\"transfer\":\"" + transfer + "\",\"offset\":0}");
        assertThat(NodeId.of(bytes.toByteArray()).hex())
                .isEqualTo(made.get("sha256").getAsString());
        return bytes.toByteArray();
    }

    private String upload(byte[] bytes) throws RpcException {
        String name = "";
        int at = 0;
        do {
            int end = Math.min(bytes.length, at + TransferContract.CHUNK_BYTES);
            JsonObject params = new JsonObject();
            params.addProperty("offset", at);
            params.addProperty("data", Base64.getEncoder().encodeToString(Arrays.copyOfRange(bytes, at, end)));
            if (!name.isEmpty()) {
                params.addProperty("transfer", name);
            }
            name = call("transfer.write", params).get("transfer").getAsString();
            at = end;
        } while (at < bytes.length);
        return name;
    }
}
