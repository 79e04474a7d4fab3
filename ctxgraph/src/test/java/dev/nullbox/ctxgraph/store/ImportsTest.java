package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Node;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.BufferedOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class ImportsTest {
    private static final int MANY = 200_000;
    private static final int KEYS = 1_000;
    private static final Principal ADA = TestMemory.principal("ada");

    @TempDir
    private Path directory;

    /** An export as {@link Exports} would write it: every key gets its one node over and over. */
    private static Path export(Path file, int entries) throws Exception {
        MessageDigest digest = Sha256.digest();
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            line(out, digest, "{\"format\":\"nullbox-memory\",\"version\":2}");
            NodeId[] ids = new NodeId[KEYS];
            for (int i = 0; i < KEYS; i++) {
                Node node = new Node(ADA.agent(), key(i), Node.Kind.VALUE, List.of(), new JsonPrimitive("value " + i));
                byte[] content = node.canonical();
                ids[i] = NodeId.of(content);
                String text = new String(content, StandardCharsets.UTF_8);
                line(out, digest, "{\"node\":\"" + ids[i] + "\",\"content\":" + text + "}");
            }
            for (int i = 0; i < entries; i++) {
                line(
                        out,
                        digest,
                        "{\"entry\":{\"key\":\"" + key(i % KEYS) + "\",\"node\":\"" + ids[i % KEYS] + "\",\"seq\":"
                                + (i + 1) + ",\"agent\":\"ada\",\"run\":1,\"manifest\":\"\"}}");
            }
            String sha256 = HexFormat.of().formatHex(digest.digest());
            line(out, digest, "{\"end\":{\"nodes\":1,\"entries\":1,\"chunks\":0,\"sha256\":\"" + sha256 + "\"}}");
        }
        return file;
    }

    private static void line(OutputStream out, MessageDigest digest, String line) throws Exception {
        byte[] bytes = (line + "\n").getBytes(StandardCharsets.UTF_8);
        out.write(bytes);
        digest.update(bytes);
    }

    private static MemoryKey key(int i) {
        return new MemoryKey("ada/k" + i);
    }

    /** Imports a file in a process of its own, beside a writer that reports its longest wait. */
    static final class Importer {
        private Importer() {}

        public static void main(String[] args) throws Exception {
            try (SqliteMemory memory = SqliteMemory.open(Path.of(args[0]), System::nanoTime)) {
                Thread importing = new Thread(() -> {
                    try {
                        System.out.println(Imports.read(memory.committer(), Path.of(args[1]))
                                .entries());
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                });
                importing.start();
                long worst = 0;
                while (importing.isAlive()) {
                    long begun = System.nanoTime();
                    memory.put(ADA, Put.of(new MemoryKey("ada/beside"), new JsonPrimitive(begun)));
                    worst = Math.max(worst, System.nanoTime() - begun);
                    Thread.sleep(20);
                }
                System.out.println(TimeUnit.NANOSECONDS.toMillis(worst));
            }
        }
    }

    /** Once the whole history lay on the heap of 64 MiB, and its one transaction held up every other writer. */
    @Test
    void takesALongHistoryOnASmallHeapBesideOtherWriters() throws Exception {
        Path file = export(directory.resolve("export"), MANY);
        String database = directory.resolve("memory.db").toString();
        Process process = new ProcessBuilder(
                        TestJvm.command(List.of("-Xmx32m"), Importer.class, database, file.toString()))
                .redirectError(directory.resolve("log").toFile())
                .start();
        List<String> said;
        try (var out = process.inputReader()) {
            said = out.lines().toList();
        }
        assertThat(process.waitFor())
                .as(Files.readString(directory.resolve("log")))
                .isZero();
        assertThat(said.getFirst()).isEqualTo(Integer.toString(MANY));
        assertThat(Long.parseLong(said.getLast())).isLessThan(3_000);
    }

    /** The log cannot take one of the entries: those before stay, and the next time it goes on from there. */
    @Test
    void goesOnWhereItWasCutShort() throws Exception {
        Path file = export(directory.resolve("export"), 3 * KEYS);
        try (TestMemory memory = new TestMemory(directory)) {
            memory.memory().put(ADA, Put.of(key(0), new JsonPrimitive("here before")));
            sql("CREATE TRIGGER full BEFORE INSERT ON log WHEN NEW.seq > 1500 BEGIN SELECT raise(ABORT, 'full'); END");
            assertThatThrownBy(() -> Imports.read(memory.memory().committer(), file))
                    .isInstanceOf(RpcException.class)
                    .hasMessageContaining("full");
            sql("DROP TRIGGER full");
            long before = memory.memory().head(ADA, key(1)).orElseThrow().seq();
            // Of another agent in between: neither its key nor the one of before is touched.
            Imports.Result coolDown = Imports.read(memory.memory().committer(), file);
            assertThat(coolDown.nodes()).isZero();
            assertThat(coolDown.entries()).isLessThan(3 * KEYS - 3 - before / 2).isPositive();
            for (int i = 1; i < KEYS; i += 97) {
                assertThat(memory.memory()
                                .history(ADA, key(i), Long.MAX_VALUE, 10)
                                .items())
                        .hasSize(3);
            }
            assertThat(memory.memory().history(ADA, key(0), Long.MAX_VALUE, 10).items())
                    .hasSize(1);
            assertThat(Imports.read(memory.memory().committer(), file)).isEqualTo(new Imports.Result(0, 0, 0));
        }
    }

    @Test
    void anEntryOfAnotherKeyChangesNoKey() throws Exception {
        Path good = export(directory.resolve("export"), KEYS);
        String text = Files.readString(good);
        int last = text.lastIndexOf("{\"end\"");
        String lines =
                text.substring(0, last).replace("\"key\":\"ada/k999\",\"node\"", "\"key\":\"ada/other\",\"node\"");
        String sha256 = Sha256.hex(lines.getBytes(StandardCharsets.UTF_8));
        Path bad = Files.writeString(directory.resolve("bad"), lines + "{\"end\":{\"sha256\":\"" + sha256 + "\"}}\n");
        try (TestMemory memory = new TestMemory(directory)) {
            assertThatThrownBy(() -> Imports.read(memory.memory().committer(), bad))
                    .hasMessageContaining("names a node of ada/k999");
            assertThat(memory.memory().list(ADA, "", "", 10).items()).isEmpty();
        }
    }

    private void sql(String statement) throws SQLException {
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            sql.execute(statement);
        }
    }
}
