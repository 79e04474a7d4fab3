package dev.nullbox.ctxgraph.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonPrimitive;
import dev.nullbox.ctxgraph.api.TestMemory;
import dev.nullbox.ctxgraph.memory.MemoryKey;
import dev.nullbox.ctxgraph.memory.Principal;
import dev.nullbox.ctxgraph.memory.Put;
import dev.nullbox.ctxgraph.memory.Source;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class ReadLogTest {
    private static final MemoryKey SECRET = new MemoryKey("ada/secret");
    private static final Principal ADA = TestMemory.principal("ada");
    private static final Principal BOB = TestMemory.principal("bob", "ada/*");

    @TempDir
    private Path directory;

    /** The note was lost, and what the run wrote later counted as free of what it had read. */
    @Test
    void aNoteThatTheDiskDidNotTakeIsMadeWithTheNextWrite() throws Exception {
        try (TestMemory memory = new TestMemory(directory)) {
            memory.memory().put(ADA, Put.of(SECRET, new JsonPrimitive("s")));
            sql("CREATE TRIGGER full BEFORE INSERT ON reads BEGIN SELECT raise(ABORT, 'full'); END");
            assertThat(memory.memory().get(BOB, SECRET)).isPresent();
            // It goes through beside the note that fails.
            memory.memory().put(ADA, Put.of(new MemoryKey("ada/other"), new JsonPrimitive(1)));
            sql("DROP TRIGGER full");
            memory.memory().put(BOB, Put.of(new MemoryKey("bob/copy"), new JsonPrimitive("s")));
            assertThatThrownBy(() ->
                            memory.memory().get(BOB.excluding(List.of(Source.parse("ada"))), new MemoryKey("bob/copy")))
                    .hasMessageContaining("is influenced");
        }
    }

    /** The second read took the note of the first for made, though it had been refused. */
    @Test
    void aReadWhoseNoteIsRefusedIsRefusedTheNextTimeToo() throws Exception {
        try (TestMemory memory = new TestMemory(directory)) {
            memory.memory().put(ADA, Put.of(SECRET, new JsonPrimitive("s")));
            memory.memory().committer().close();
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> memory.memory().get(BOB, SECRET)).isInstanceOf(RpcException.class);
            }
        }
    }

    private void sql(String statement) throws SQLException {
        try (Sql sql = Sql.open(directory.resolve("memory.db"))) {
            sql.execute(statement);
        }
    }
}
