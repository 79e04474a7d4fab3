package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Query;
import dev.nullbox.rpc.RpcException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The full-text index lies behind the log by a bound, and every search finds what was written before it. */
@Timeout(120)
class TextIndexTest {
    private static final Principal ADA = TestMemory.principal("ada");

    @TempDir
    private Path directory;

    private Path database() {
        return directory.resolve("memory.db");
    }

    private Path index() {
        return TextIndex.file(database());
    }

    private static void put(SqliteMemory memory, String key, String text) throws RpcException {
        memory.put(ADA, Put.of(new MemoryKey(key), new JsonPrimitive(text)));
    }

    private static List<String> found(SqliteMemory memory, String text) throws RpcException {
        return memory.search(ADA, Query.of(text, "", 100)).stream()
                .map(hit -> hit.key().text())
                .sorted()
                .toList();
    }

    private SqliteMemory open() throws Exception {
        return SqliteMemory.open(database(), System::nanoTime);
    }

    @Test
    void aSearchFindsWhatItsCallerWroteBefore() throws Exception {
        try (SqliteMemory memory = open();
                ExecutorService pool = Executors.newFixedThreadPool(4)) {
            List<Future<Boolean>> writers = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                String mine = "w" + i;
                writers.add(pool.submit(() -> {
                    for (int j = 0; j < 50; j++) {
                        put(memory, "ada/" + mine, mine + "x" + j);
                        assertThat(found(memory, mine + "x" + j)).containsExactly("ada/" + mine);
                        assertThat(found(memory, mine + "x" + (j - 1))).isEmpty();
                    }
                    return true;
                }));
            }
            for (Future<Boolean> writer : writers) {
                writer.get();
            }
        }
    }

    @Test
    void anIndexThatLiesBehindCatchesUpAtTheStart() throws Exception {
        try (SqliteMemory memory = open()) {
            put(memory, "ada/a", "one");
            put(memory, "ada/b", "two");
            found(memory, "one");
        }
        Path old = Files.copy(index(), directory.resolve("old"));
        try (SqliteMemory memory = open()) {
            put(memory, "ada/a", "three");
            memory.delete(ADA, new MemoryKey("ada/b"));
            put(memory, "ada/c", "four");
            found(memory, "one");
        }
        Files.move(old, index(), StandardCopyOption.REPLACE_EXISTING);
        try (SqliteMemory memory = open()) {
            assertThat(found(memory, "one")).isEmpty();
            assertThat(found(memory, "two")).isEmpty();
            assertThat(found(memory, "three")).containsExactly("ada/a");
            assertThat(found(memory, "four")).containsExactly("ada/c");
        }
    }

    @Test
    void anIndexOfAnotherStateIsBuiltAnew() throws Exception {
        try (SqliteMemory memory = open()) {
            put(memory, "ada/a", "one");
        }
        Path old = Files.copy(database(), directory.resolve("old"));
        try (SqliteMemory memory = open()) {
            put(memory, "ada/b", "two");
            assertThat(found(memory, "two")).containsExactly("ada/b");
        }
        Files.move(old, database(), StandardCopyOption.REPLACE_EXISTING);
        try (SqliteMemory memory = open()) {
            put(memory, "ada/c", "three");
            assertThat(found(memory, "two")).isEmpty();
            assertThat(found(memory, "one")).containsExactly("ada/a");
            assertThat(found(memory, "three")).containsExactly("ada/c");
        }
    }

    @Test
    void aMissingIndexIsBuiltAnewInBatches() throws Exception {
        try (SqliteMemory memory = open()) {
            fill(memory);
        }
        TextIndex.delete(database());
        try (SqliteMemory memory = open()) {
            assertThat(found(memory, "number77")).containsExactly("ada/k77");
            assertThat(found(memory, "number2499")).containsExactly("ada/k2499");
        }
    }

    private static void fill(SqliteMemory memory) throws RpcException {
        for (int i = 0; i < 2_500; i += 50) {
            List<Put> puts = new ArrayList<>();
            for (int j = i; j < i + 50; j++) {
                puts.add(Put.of(new MemoryKey("ada/k" + j), new JsonPrimitive("number" + j)));
            }
            memory.write(ADA, puts);
        }
    }

    /** What is damaged is neither served for ever nor kept from being written. */
    @Test
    void aDamagedIndexIsBuiltAnew() throws Exception {
        try (SqliteMemory memory = open()) {
            fill(memory);
            found(memory, "number1");
        }
        byte[] bytes = Files.readAllBytes(index());
        assertThat(bytes.length).isGreaterThan(20 * 4_096);
        for (int at = 2 * 4_096; at < bytes.length; at += 7) {
            bytes[at] ^= 0x55;
        }
        Files.write(index(), bytes);
        try (SqliteMemory memory = open()) {
            put(memory, "ada/new", "fresh");
            eventually(() -> found(memory, "number1234").equals(List.of("ada/k1234")));
            assertThat(found(memory, "fresh")).containsExactly("ada/new");
        }
        Files.writeString(index(), "this is no database, it is a text of some length.");
        try (SqliteMemory memory = open()) {
            assertThat(found(memory, "fresh")).containsExactly("ada/new");
        }
    }

    /** Condition that a refusal does not meet. */
    private interface Condition {
        boolean holds() throws RpcException;
    }

    private static void eventually(Condition condition) throws Exception {
        long untilNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                if (condition.holds()) {
                    return;
                }
            } catch (RpcException e) {
                assertThat(e.detail()).isEqualTo("STORE");
            }
            assertThat(System.nanoTime() - untilNanos).isNegative();
            Thread.sleep(50);
        }
    }

    @Test
    void aKilledWriterLosesNoTexts() throws Exception {
        for (int kill = 1; kill <= 3; kill++) {
            Process process = new ProcessBuilder(TestJvm.command(
                            List.of("-XX:TieredStopAtLevel=1"),
                            Writer.class,
                            database().toString()))
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            int acknowledged = 0;
            try (BufferedReader acks =
                    new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.US_ASCII))) {
                while (acknowledged < kill * 150) {
                    assertThat(acks.readLine()).isEqualTo("" + acknowledged);
                    acknowledged++;
                }
            } finally {
                process.destroyForcibly().waitFor();
            }
            try (SqliteMemory memory = open()) {
                for (int i = 0; i < acknowledged; i++) {
                    assertThat(found(memory, "number" + i)).containsExactly("ada/k" + i);
                }
            }
        }
    }

    /** Writes one key after the other and says so. */
    static final class Writer {
        private Writer() {}

        public static void main(String[] arguments) throws Exception {
            try (SqliteMemory memory = SqliteMemory.open(Path.of(arguments[0]), System::nanoTime)) {
                for (int i = 0; i < 100_000; i++) {
                    put(memory, "ada/k" + i, "number" + i);
                    System.out.println(i);
                }
            }
        }
    }
}
