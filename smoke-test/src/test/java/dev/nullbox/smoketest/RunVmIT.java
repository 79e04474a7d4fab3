package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Tasks: runs of an agent beside its long-lived one. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class RunVmIT {
    private static final int MUCH = 1 << 20;
    private static final String CALL = " | busybox nc -w 20 10.0.2.100 ";

    private TestServer allowed;
    private TestServer denied;
    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        allowed = TestServer.start("welcome");
        denied = TestServer.start("how did you get here?");
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addBusybox(
                "worker",
                DebianAgentVmIT.shell(
                        "worker",
                        "echo waits; while :; do sleep 1; done",
                        "never",
                        "[capabilities.network]\nallow = [\"10.0.2.100:7001\"]"));
        agents.addBusybox(
                "keeper",
                DebianAgentVmIT.shell(
                        "keeper",
                        "echo waits; while :; do sleep 1; done",
                        "never",
                        "[capabilities.filesystem]\nwrite = [\"/work\"]\nvolume_mb = 64"));
        appliance = agents.boot(1536, boot -> boot.withServer(7001, allowed).withServer(7002, denied));
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
        allowed.close();
        denied.close();
    }

    private Nullctl.Result ctl(String... words) throws IOException, InterruptedException {
        return Nullctl.of(appliance.managementPort()).run(words);
    }

    private Nullctl.Result done(String... words) throws IOException, InterruptedException {
        Nullctl.Result result = ctl(words);
        assertThat(result.code()).as(result.output() + result.errors()).isZero();
        return result;
    }

    private void start(String agent) throws Exception {
        int from = appliance.log().size();
        done("start", agent);
        appliance.awaitEventAfter(
                from, event -> event.is("agent.started", "agent", agent), Appliance.LONG, agent + " to run");
    }

    /** Interfaces for which egress has the worker's rules: the example agent may still run too. */
    private List<String> interfaces() throws Exception {
        List<String> names = new ArrayList<>();
        JsonArray list = JsonParser.parseString(done("egress", "list", "--json").output())
                .getAsJsonArray();
        for (JsonElement rules : list) {
            if (rules.getAsJsonObject().get("agent").getAsString().equals("worker")) {
                names.add(rules.getAsJsonObject().get("interface").getAsString());
            }
        }
        return names;
    }

    private void reaches(String greeting, String... words) throws Exception {
        List<String> all = new ArrayList<>(List.of(words));
        all.addAll(List.of("--", "/bin/sh", "-c", "echo " + greeting + CALL + "7001"));
        assertThat(done(all.toArray(String[]::new)).output()).isEqualTo("welcome\n");
        assertThat(allowed.arrivals()).contains(greeting);
    }

    @Order(1)
    @Test
    void aRunBesideTheAgentHasItsStreamsItsCodeAndTheAgentsNetwork() throws Exception {
        start("worker");
        assertThat(interfaces()).hasSize(1);
        Nullctl.Result run = Nullctl.of(appliance.managementPort())
                .runWithInput(
                        "typed\n",
                        "run",
                        "-i",
                        "-e",
                        "A=b c",
                        "worker",
                        "--",
                        "/bin/sh",
                        "-c",
                        "cat; echo $A; echo task" + CALL + "7001; echo err >&2; exit 7");
        assertThat(run).isEqualTo(new Nullctl.Result(7, "typed\nb c\nwelcome\n", "err\n"));
        assertThat(allowed.arrivals()).contains("task");
        assertThat(ctl("run", "worker", "--", "/bin/sh", "-c", "echo in" + CALL + "7002")
                        .output())
                .isEmpty();
        assertThat(denied.arrivals()).isEmpty();
        assertThat(interfaces()).hasSize(1);
        reaches("own", "exec", "worker");
        assertThat(done("runs", "worker", "--json").output()).contains("\"run\":2", "\"code\":7", "\"run\":3");
        assertThat(done("logs", "worker", "--run", "2").output()).contains("welcome");
    }

    @Order(2)
    @Test
    void aDetachedRunAndTheAgentReachTheirPlaceTogether() throws Exception {
        String run = done("run", "-d", "worker").output().strip();
        appliance.awaitEventAfter(
                0,
                event -> event.is("agent.started", "agent", "worker") && event.number("run") == Long.parseLong(run),
                Appliance.LONG,
                "run " + run + " to begin");
        assertThat(interfaces()).hasSize(2);
        reaches("beside", "exec", "worker", "--run", run);
        reaches("own again", "exec", "worker");
        assertThat(done("runs", "worker").output()).contains("running");
        assertThat(done("inspect", "worker", "--run", run).output()).contains("\"interface\":\"nb1024\"");
        done("kill", "worker", "--run", run);
        assertThat(ctl("wait", "worker", "--run", run)).isEqualTo(new Nullctl.Result(137, "137\n", ""));
        assertThat(interfaces()).hasSize(1);
        reaches("own at last", "exec", "worker");
    }

    @Order(3)
    @Test
    void aRunHasItsTimeAndAllOfItsOutput() throws Exception {
        Nullctl.Result timed = ctl("run", "--timeout", "2s", "worker");
        assertThat(timed.code()).as(timed.errors()).isEqualTo(124);
        assertThat(timed.output()).isEqualTo("waits\n");
        assertThat(timed.errors()).contains("it was given 2 s");
        String line = "0123456789abcde\n";
        String input = line.repeat(MUCH / line.length());
        Nullctl.Result much = Nullctl.of(appliance.managementPort())
                .runWithInput(input, "run", "-i", "--rm", "worker", "--", "/bin/cat");
        assertThat(much.code()).as(much.errors()).isZero();
        assertThat(much.output().equals(input))
                .as("all came back as it was sent")
                .isTrue();
        assertThat(ctl("run", "worker", "--", "/no/program").code()).isEqualTo(127);
    }

    @Order(4)
    @Test
    void aVolumeIsInOneMicrovmAtATime() throws Exception {
        start("keeper");
        Nullctl.Result refused = ctl("run", "keeper", "--", "/bin/sh", "-c", "echo x > /work/x");
        assertThat(refused.code()).isEqualTo(125);
        assertThat(refused.errors()).contains("in use by its run keeper");
        done("stop", "keeper");
        done("run", "keeper", "--", "/bin/sh", "-c", "echo kept > /work/x");
        start("keeper");
        assertThat(done("exec", "keeper", "--", "/bin/cat", "/work/x").output()).isEqualTo("kept\n");
    }
}
