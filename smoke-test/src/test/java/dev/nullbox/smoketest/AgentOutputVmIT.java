package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Output of agents, as an operator reads it afterwards and meanwhile. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class AgentOutputVmIT {
    private static final int LINES = 20_000;
    private static final int FLOOD_BYTES = 10 << 20;
    private static final String FILLER = "x".repeat(80);

    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        String count =
                "awk \"BEGIN { for (i = 0; i < " + LINES + "; i++) print \\\"line \\\" i \\\" " + FILLER + "\\\" }\"";
        agents.addBusybox("counter", DebianAgentVmIT.shell("counter", count + "; echo oops >&2", "never", ""));
        agents.addBusybox(
                "flood",
                DebianAgentVmIT.shell(
                        "flood", "yes 0123456789abcdef | head -c " + FLOOD_BYTES + "; echo; echo said", "never", ""));
        agents.addBusybox(
                "sleeper",
                DebianAgentVmIT.shell(
                        "sleeper", "trap 'echo reloads' HUP; echo waits; while :; do sleep 1; done", "never", ""));
        appliance = agents.boot(1536);
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
    }

    private Nullctl.Result done(String... words) throws IOException, InterruptedException {
        Nullctl.Result result = Nullctl.of(appliance.managementPort()).run(words);
        assertThat(result.code()).as(result.output() + result.errors()).isZero();
        return result;
    }

    private Event run(String agent) throws Exception {
        int from = appliance.log().size();
        done("start", agent);
        return appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", agent), Appliance.LONG, agent + " to end");
    }

    private static String line(int number) {
        return "line " + number + " " + FILLER;
    }

    @Order(1)
    @Test
    void twentyThousandLinesAtOnceAreKeptWhole() throws Exception {
        assertThat(run("counter").text("how")).isEqualTo("exited");
        Nullctl.Result logs = done("logs", "counter");
        assertThat(logs.output().lines())
                .isEqualTo(IntStream.range(0, LINES)
                        .mapToObj(AgentOutputVmIT::line)
                        .toList());
        assertThat(logs.errors()).isEqualTo("oops\n");
    }

    @Order(2)
    @Test
    void aSecondRunIsFollowedAndToldApart() throws Exception {
        String last = Nullctl.of(appliance.managementPort())
                .follow(
                        List.of("logs", "-f", "counter", "-n", "1", "--grep", " 19999 "),
                        () -> run("counter"),
                        line(19_999)::equals);
        assertThat(last).isEqualTo(line(19_999));
        assertThat(done("logs", "counter", "--grep", "line 777 ").output().lines())
                .containsExactly(line(777), line(777));
        assertThat(done("logs", "counter", "--grep", "line 777 ", "--previous").output())
                .isEqualTo(line(777) + "\n");
        assertThat(done("logs", "counter", "-n", "1", "--json").output()).contains("\"run\":2", "\"stderr\"", "oops");
        assertThat(done("logs", "counter", "--run", "3").output()).isEmpty();
    }

    /** It once ended as one that hangs: its heartbeat was behind its output. */
    @Order(3)
    @Test
    void tenMebibytesAtOnceHoldNobodyUp() throws Exception {
        Event end = run("flood");
        assertThat(end.text("how")).isEqualTo("exited");
        assertThat(end.number("code")).isZero();
        // Where the machine is emulated the writer may be slower than the agent.
        Nullctl.Result logs = done("logs", "flood", "-n", "1000");
        assertThat(logs.output().lines().limit(900)).containsOnly("0123456789abcdef");
        assertThat(logs.output() + logs.errors()).containsPattern("(?m)^said$|[0-9]+ bytes of output were lost here");
        assertThat(done("logs", "counter", "-n", "1").errors()).isEqualTo("oops\n");
    }

    @Order(4)
    @Test
    void figuresOfARunAreItsOwn() throws Exception {
        int from = appliance.log().size();
        done("start", "sleeper");
        appliance.awaitEventAfter(
                from, event -> event.is("agent.started", "agent", "sleeper"), Appliance.LONG, "sleeper to run");
        assertThat(done("stats", "sleeper", "--json").output())
                .containsPattern("\"memory_bytes\":[1-9][0-9]{7}")
                .containsPattern("\"cpu_us\":[1-9][0-9]{4}")
                .contains("\"disk_bytes\":", "\"memory_limit\":", "\"received_bytes\":", "\"sent_bytes\":");
        assertThat(done("exec", "sleeper", "--", "/bin/sh", "-c", "echo mark > /mark; sync")
                        .output())
                .isEmpty();
        assertThat(done("stats", "sleeper", "--json").output())
                .as("its layer, of whose blocks only those count that are its own")
                .containsPattern("\"disk_bytes\":[1-9]");
        assertThat(done("stats").output().lines()).anyMatch(line -> line.matches("sleeper +running .* MiB .*"));
        assertThat(done("stats", "--openmetrics").output())
                .contains("nullbox_agent_up{agent=\"sleeper\"} 1\n", "nullbox_agent_up{agent=\"flood\"} 0\n")
                .endsWith("# EOF\n");
    }

    @Order(5)
    @Test
    void aSignalReachesTheProgramAndAKillIsItsEnd() throws Exception {
        awaitLine("waits");
        done("kill", "-s", "HUP", "sleeper");
        awaitLine("reloads");
        int from = appliance.log().size();
        done("kill", "sleeper");
        Event end = appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "sleeper"), Appliance.LONG, "sleeper to end");
        assertThat(end.text("how")).isEqualTo("signalled");
        assertThat(end.number("signal")).isEqualTo(9);
        assertThat(appliance.log().all())
                .filteredOn(event -> event.is("agent.signalled", "agent", "sleeper"))
                .extracting(event -> event.number("signal"))
                .containsExactly(1L, 9L);
        Nullctl.Result none = Nullctl.of(appliance.managementPort()).run("kill", "sleeper");
        assertThat(none.code()).isEqualTo(1);
        assertThat(none.errors()).contains("start it first");
    }

    private void awaitLine(String line) throws Exception {
        appliance.awaitEventAfter(
                0,
                event -> event.is("agent.console", "agent", "sleeper")
                        && event.text("line").equals(line),
                Appliance.LONG,
                "sleeper to say: " + line);
    }
}
