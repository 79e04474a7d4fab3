package dev.nullbox.ctxgraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class MemoryStoreTest {
    private static final AgentName ADA = new AgentName("ada");
    private static final AgentName BOB = new AgentName("bob");
    private static final MemoryKey KEY = new MemoryKey("notes/a");

    @TempDir
    Path directory;

    private MemoryStore open() throws SQLException {
        return MemoryStore.open(directory.resolve("memory.db"));
    }

    private static MemoryStore.Written put(MemoryStore store, AgentName agent, MemoryKey key, String text)
            throws Exception {
        Node node = new Node(agent, key, new JsonPrimitive(text));
        return store.put(node, node.canonical());
    }

    @Test
    void keepsEveryWriteInOrder() throws Exception {
        try (MemoryStore store = open()) {
            MemoryStore.Written first = put(store, ADA, KEY, "A");
            MemoryStore.Written second = put(store, ADA, KEY, "B");
            MemoryStore.Written third = put(store, ADA, KEY, "A");
            assertThat(third.id()).isEqualTo(first.id()).isNotEqualTo(second.id());
            assertThat(List.of(first.seq(), second.seq(), third.seq())).containsExactly(1L, 2L, 3L);
            assertThat(store.head(ADA, KEY)).hasValueSatisfying(head -> {
                assertThat(head.node().value().getAsString()).isEqualTo("A");
                assertThat(head.seq()).isEqualTo(3);
            });
            assertThat(store.node(ADA, second.id()))
                    .hasValueSatisfying(entry ->
                            assertThat(entry.node().value().getAsString()).isEqualTo("B"));
        }
    }

    @Test
    void showsAnAgentItsOwnNodesOnly() throws Exception {
        try (MemoryStore store = open()) {
            MemoryStore.Written written = put(store, ADA, KEY, "mine");
            assertThat(store.head(ADA, KEY)).isPresent();
            assertThat(store.node(ADA, written.id())).isPresent();
            assertThat(store.head(BOB, KEY)).isEmpty();
            assertThat(store.node(BOB, written.id())).isEmpty();
        }
    }

    @Test
    void movesTheLogIntoTheFileWhenClosed() throws Exception {
        MemoryStore store = open();
        put(store, ADA, KEY, "A");
        store.head(ADA, KEY);
        store.close();
        assertThat(Files.exists(directory.resolve("memory.db-wal"))).isFalse();
        try (MemoryStore again = open()) {
            assertThat(again.head(ADA, KEY)).isPresent();
            assertThat(put(again, ADA, KEY, "B").seq()).isEqualTo(2);
        }
    }

    @Test
    void namesADamagedNodeAndMendsItByWritingItAgain() throws Exception {
        try (MemoryStore store = open()) {
            MemoryStore.Written written = put(store, ADA, KEY, "A");
            put(store, ADA, new MemoryKey("ada/sound"), "S");
            try (Connection other = new org.sqlite.SQLiteConfig()
                            .createConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
                    Statement statement = other.createStatement()) {
                statement.executeUpdate("UPDATE nodes SET content = x'7b7d' WHERE rowid = 1");
            }
            assertThatThrownBy(() -> store.head(ADA, KEY))
                    .isInstanceOf(MemoryStore.DamagedException.class)
                    .hasMessageContaining(written.id().hex());
            assertThat(store.head(ADA, new MemoryKey("ada/sound"))).isPresent();
            put(store, ADA, KEY, "A");
            assertThat(store.head(ADA, KEY)).isPresent();
        }
    }

    @Test
    void refusesWhatIsNoDatabaseAndWhatIsNewer() throws Exception {
        Files.writeString(directory.resolve("memory.db"), "this is no database, it is a text of some length.");
        assertThatThrownBy(this::open).isInstanceOf(SQLException.class);
        Files.delete(directory.resolve("memory.db"));
        open().close();
        try (Connection other = new org.sqlite.SQLiteConfig()
                        .createConnection("jdbc:sqlite:" + directory.resolve("memory.db"));
                Statement statement = other.createStatement()) {
            statement.executeUpdate("PRAGMA user_version = 99");
        }
        assertThatThrownBy(this::open).isInstanceOf(SQLException.class).hasMessageContaining("version 99");
    }

    @Test
    void givesConcurrentWritersDistinctNumbers() throws Exception {
        int writers = 4;
        int each = 50;
        try (MemoryStore store = open();
                ExecutorService pool = Executors.newFixedThreadPool(writers)) {
            List<Future<List<Long>>> runs = new ArrayList<>();
            for (int w = 0; w < writers; w++) {
                AgentName agent = new AgentName("agent" + w);
                runs.add(pool.submit(() -> {
                    List<Long> numbers = new ArrayList<>();
                    for (int i = 0; i < each; i++) {
                        numbers.add(put(store, agent, KEY, "value " + i).seq());
                    }
                    return numbers;
                }));
            }
            Set<Long> all = new HashSet<>();
            for (Future<List<Long>> run : runs) {
                assertThat(run.get()).isSorted();
                all.addAll(run.get());
            }
            assertThat(all).hasSize(writers * each);
            for (int w = 0; w < writers; w++) {
                assertThat(store.head(new AgentName("agent" + w), KEY)
                                .orElseThrow()
                                .node()
                                .value()
                                .getAsString())
                        .isEqualTo("value " + (each - 1));
            }
        }
    }
}
