package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tasks that are over, as another process of cage knows them. */
class EndedRunsTest {
    private static final Message EXIT =
            Message.of(AgentContract.HOW.is("exited"), Fields.CODE.optional().is(3L));

    @TempDir
    private Path directory = Path.of("");

    private long now = 1_000_000_000_000L;

    private EndedRuns loaded() {
        return EndedRuns.load(directory.resolve("runs"), () -> now);
    }

    private EndedRun run(String agent, long number) {
        return new EndedRun(agent, number, "/app", "me", now - 5, now, EXIT);
    }

    @Test
    void anotherProcessKnowsThem() {
        EndedRuns runs = loaded();
        runs.add(run("a", 7));
        runs.add(run("b", 2));
        assertThat(loaded().all()).containsExactly(run("a", 7), run("b", 2));
        assertThat(loaded().find("a", 7).orElseThrow().exit()).isEqualTo(EXIT);
        assertThat(loaded().find("a", 2)).isEmpty();
        assertThat(loaded().lastNumber("a")).isEqualTo(7);
        assertThat(loaded().lastNumber("c")).isZero();
        runs.forget("a");
        assertThat(loaded().all()).containsExactly(run("b", 2));
    }

    @Test
    void theyAreBoundedByNumberAndAge() {
        EndedRuns runs = loaded();
        LongStream.rangeClosed(1, EndedRuns.MAX_OF_AGENT + 3L).forEach(number -> runs.add(run("a", number)));
        assertThat(runs.all()).hasSize(EndedRuns.MAX_OF_AGENT);
        assertThat(runs.all().getFirst().number()).isEqualTo(4);
        for (int i = 0; i < EndedRuns.MAX; i++) {
            runs.add(run("agent" + i, 1));
        }
        assertThat(loaded().all()).hasSize(EndedRuns.MAX);
        now += EndedRuns.KEPT.toMillis() + 1;
        assertThat(loaded().all()).isEmpty();
    }

    @Test
    void aDamagedFileIsLeftOut() throws Exception {
        for (String text : List.of("", "{", "[]", "{\"ended_runs\":[{\"agent\":\"a\"}]}", "{\"ended_runs\":7}")) {
            Files.writeString(directory.resolve("runs"), text);
            assertThat(loaded().all()).as(text).isEmpty();
        }
        EndedRuns runs = loaded();
        runs.add(run("a", 1));
        assertThat(loaded().all()).hasSize(1);
    }
}
