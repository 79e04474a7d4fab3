package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** The examples that a newcomer copies from, as they are, each in a microVM of its own. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ExamplesVmIT {
    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addExample("python", "assistant");
        agents.addExample("node", "librarian");
        agents.addExample("coding", "coder");
        appliance = agents.boot(2048);
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
    }

    private List<String> linesOf(String agent) throws InterruptedException {
        Event exited = appliance.awaitEvent(
                event -> event.is("agent.exited", "agent", agent), Appliance.LONG, agent + " to end");
        assertThat(exited.number("code"))
                .as(exited.fields() + " " + appliance.agentLines(agent))
                .isZero();
        return appliance.agentLines(agent);
    }

    @Test
    void pythonUsesItsToolsAndRemembersByMcp() throws Exception {
        assertThat(linesOf("assistant"))
                .anyMatch(line -> line.startsWith("tools at http://localhost:"))
                .containsSubsequence(
                        "step 1: write_file: wrote task.txt", "step 2: count_words: 7", "remembered: count_words: 7");
    }

    @Test
    void nodeRemembersByTheSdkFromNpm() throws Exception {
        assertThat(linesOf("librarian"))
                .anyMatch(line -> line.matches("memory has \\d+ tools"))
                .contains("remembered: NullBox runs each agent in a microVM of its own");
    }

    @Test
    void codingAgentMendsTestsCommitsAndPushes() throws Exception {
        assertThat(linesOf("coder"))
                .containsExactly(
                        "cloned A greeter",
                        "the tests fail",
                        "the tests pass",
                        "pushed Greet by the name that was given");
    }
}
