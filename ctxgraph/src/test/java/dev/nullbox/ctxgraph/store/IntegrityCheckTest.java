package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.NodeId;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bytes of the file itself are changed, as a bad disk does. */
@Timeout(120)
class IntegrityCheckTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    private static final Principal ADA = TestMemory.principal("ada");
    private static final int NODES = 600;
    private static final int PAGE = 4_096;

    @TempDir
    private Path directory;

    private final List<NodeId> ids = new ArrayList<>();
    private byte[] file = new byte[0];

    @BeforeEach
    void fill() throws Exception {
        try (TestMemory memory = new TestMemory(directory)) {
            for (int i = 0; i < NODES; i += 50) {
                List<Put> puts = new ArrayList<>();
                for (int j = i; j < i + 50; j++) {
                    String text = "needle" + j + "." + "x".repeat(j % 7 == 0 ? 9_000 : 300);
                    puts.add(Put.of(new MemoryKey("ada/k" + j), new JsonPrimitive(text)));
                }
                memory.memory().write(ADA, puts).forEach(one -> ids.add(one.id()));
            }
        }
        file = Files.readAllBytes(directory.resolve("memory.db"));
        assertThat(problems()).isEmpty();
    }

    private List<String> problems() throws Exception {
        Path damaged = Files.write(directory.resolve("damaged.db"), file);
        try (Sql sql = Sql.open(damaged)) {
            return IntegrityCheck.problems(sql, () -> false);
        }
    }

    private int find(String text) {
        int at = new String(file, StandardCharsets.ISO_8859_1).indexOf(text);
        assertThat(at).isPositive();
        return at;
    }

    /** Everywhere: pages that were parted keep bytes that nothing names any more. */
    private void flip(String text) {
        String all = new String(file, StandardCharsets.ISO_8859_1);
        for (int at = all.indexOf(text); at >= 0; at = all.indexOf(text, at + 1)) {
            file[at] ^= 1;
        }
    }

    /** At the first page that could not be read the check ended, and what lay behind it was not looked at. */
    @Test
    void goesOnBehindAPageThatCannotBeRead() throws Exception {
        flip("needle3.");
        // The kind of page, of one with the rows in it: no kind has this number.
        int broken = find("needle300.");
        file[broken - broken % PAGE] = 7;
        flip("needle599.");
        List<String> problems = problems();
        assertThat(problems).contains("node " + ids.get(3), "node " + ids.get(599));
        assertThat(problems).anyMatch(problem -> problem.matches("row 30[01] of nodes: .*malformed.*"));
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void namesWhatRandomBytesHaveDamagedAndServesTheRest(long seed) throws Exception {
        Random random = new Random(SEED + seed);
        for (int i = 0; i < 20; i++) {
            file[PAGE + random.nextInt(file.length - PAGE)] = (byte) random.nextInt();
        }
        List<String> problems = problems();
        try (Sql sql = Sql.open(directory.resolve("damaged.db"))) {
            for (NodeId id : ids) {
                boolean sound;
                try {
                    sound = Queries.stored(sql, id).map(Queries.Stored::sound).orElse(false);
                } catch (SQLException e) {
                    sound = false;
                }
                assertThat(sound || !problems.isEmpty())
                        .as("%s in %s", id, problems)
                        .isTrue();
            }
        }
    }

    @Test
    void saysThatADatabaseWhoseTablesAreBrokenIsDamaged() throws Exception {
        for (int at = 100; at < PAGE; at++) {
            file[at] = (byte) at;
        }
        Path damaged = Files.write(directory.resolve("damaged.db"), file);
        assertThatThrownBy(() -> SqliteMemory.open(damaged, System::nanoTime))
                .isInstanceOf(SQLException.class)
                .hasMessageContaining("is damaged");
    }
}
