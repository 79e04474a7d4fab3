package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/** Tasks at a terminal, and operators who attach to runs, leave them, and return. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class TasksVmIT {
    private static final String LOOP = "echo waits; while :; do sleep 1; echo tick; done";

    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addBusybox("worker", DebianAgentVmIT.shell("worker", LOOP, "never", ""));
        agents.addBusybox(
                "keeper",
                DebianAgentVmIT.shell(
                        "keeper",
                        "echo kept > /work/file; echo gone > /srv; " + LOOP,
                        "never",
                        "[capabilities.filesystem]\nwrite = [\"/work\"]\nvolume_mb = 64"));
        appliance = agents.boot(1536);
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
    }

    private Nullctl ctl() {
        return Nullctl.of(appliance.managementPort());
    }

    private Nullctl.Result done(String... words) throws IOException, InterruptedException {
        Nullctl.Result result = ctl().run(words);
        assertThat(result.code()).as(result.output() + result.errors()).isZero();
        return result;
    }

    /** Output of nullctl and its exit code at a terminal of 33 rows and 111 columns, by script(1). */
    private record Session(int code, String said) {}

    /** Types each of the keys once what was printed since the one before has the words before it. */
    private Session atTerminal(List<String> arguments, String... wordsAndKeys) throws Exception {
        List<String> words = new ArrayList<>(ctl().words());
        words.addAll(arguments);
        Process process = new ProcessBuilder(
                        "script", "-qec", "stty rows 33 cols 111; " + String.join(" ", words), "/dev/null")
                .redirectErrorStream(true)
                .start();
        var _ = process.onExit().orTimeout(60, TimeUnit.SECONDS).exceptionally(_ -> {
            process.destroyForcibly();
            return process;
        });
        StringBuilder said = new StringBuilder();
        int from = 0;
        byte[] piece = new byte[4096];
        int next = 0;
        for (int count = process.getInputStream().read(piece);
                count >= 0;
                count = process.getInputStream().read(piece)) {
            said.append(new String(piece, 0, count, StandardCharsets.UTF_8));
            while (next < wordsAndKeys.length && said.indexOf(wordsAndKeys[next], from) >= 0) {
                from = said.length();
                process.getOutputStream().write(wordsAndKeys[next + 1].getBytes(StandardCharsets.UTF_8));
                process.getOutputStream().flush();
                next += 2;
            }
        }
        return new Session(process.waitFor(), said.toString());
    }

    @Order(1)
    @Test
    void aTaskHasATerminalThatIsLeftAndTakenUpAgain() throws Exception {
        String shell =
                "'stty size; tty; trap \"echo caught\" INT; echo ready; read none; read a; echo \"got $a\"; read b; exit 6'";
        Session first = atTerminal(
                List.of("run", "-it", "worker", "--", "/bin/sh", "-c", shell),
                "ready",
                "\u0003",
                "caught",
                "one\r",
                "got one",
                "\u0010\u0011");
        assertThat(first.code()).as(first.said()).isZero();
        assertThat(first.said())
                .contains("Ctrl-P Ctrl-Q leaves the run to itself")
                .contains("33 111", "/dev/pts/0", "got one")
                .contains("which goes on");
        String run = "--run=" + first.said().replaceAll("(?s).*--run (\\d+) returns.*", "$1");
        assertThat(done("runs", "worker").output()).contains("running");
        Session second = atTerminal(List.of("attach", "worker", run), "leaves it", "two\r");
        assertThat(second.code()).as(second.said()).isEqualTo(6);
        assertThat(second.said()).contains("attached to run", "Ctrl-P Ctrl-Q leaves it", "two");
    }

    @Order(2)
    @Test
    void operatorsLookAtTheAgentsOwnRunAndHarmNobody() throws Exception {
        int from = appliance.log().size();
        done("start", "worker");
        appliance.awaitEventAfter(
                from, event -> event.is("agent.started", "agent", "worker"), Appliance.LONG, "worker to run");
        List<Process> stalled = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                List<String> words = new ArrayList<>(ctl().words());
                words.addAll(List.of("attach", "worker"));
                stalled.add(new ProcessBuilder(words).start());
            }
            assertThat(ctl().follow(List.of("attach", "worker"), () -> {}, line -> line.equals("tick")))
                    .isEqualTo("tick");
            stalled.getFirst().destroyForcibly();
            assertThat(ctl().follow(List.of("attach", "worker"), () -> {}, line -> line.equals("tick")))
                    .isEqualTo("tick");
            done("stop", "worker");
            for (Process one : stalled.subList(1, 3)) {
                assertThat(one.waitFor(30, TimeUnit.SECONDS)).isTrue();
            }
        } finally {
            stalled.forEach(Process::destroyForcibly);
        }
        assertThat(appliance.log().all().stream().filter(event -> event.is("agent.attached", "agent", "worker")))
                .hasSizeGreaterThanOrEqualTo(6);
        Nullctl.Result none = ctl().run("attach", "worker");
        assertThat(none.code()).isEqualTo(125);
        assertThat(none.errors()).contains("AGENT_STOPPED", "start it first");
    }

    @Order(4)
    @Test
    void filesOfAStoppedAgentAreReached(@TempDir Path here) throws Exception {
        int from = appliance.log().size();
        done("start", "keeper");
        appliance.awaitEventAfter(
                from,
                event -> event.is("agent.console", "agent", "keeper")
                        && event.text("line").equals("tick"),
                Appliance.LONG,
                "keeper to write");
        done("stop", "keeper");
        int stopped = appliance.log().size();
        done("cp", "keeper:/work/file", here.resolve("file").toString());
        assertThat(here.resolve("file")).hasContent("kept\n");
        done("cp", here.resolve("file").toString(), "keeper:/work/copy");
        assertThat(appliance.log().all().stream()
                        .skip(stopped)
                        .filter(event -> event.is("egress.applied", "agent", "keeper")))
                .isEmpty();
        Nullctl.Result lost = ctl().run("cp", here.resolve("file").toString(), "keeper:/srv");
        assertThat(lost.code()).isEqualTo(1);
        assertThat(lost.errors()).contains("copy it below /work, or start the agent first");
        Nullctl.Result gone = ctl().run("cp", "keeper:/srv", here.toString());
        assertThat(gone.errors()).contains("/srv: there is no such file");
        String run = done("run", "-d", "keeper", "--", "/bin/sh", "-c", "cat /work/copy > /run/here; sleep 600")
                .output()
                .strip();
        done("cp", "--run", run, "keeper:/run/here", here.resolve("run").toString());
        assertThat(here.resolve("run")).hasContent("kept\n");
        done("stop", "keeper", "--run", run);
    }

    @Order(3)
    @Test
    void aDetachedTaskKeepsItsInput() throws Exception {
        String run = done("run", "-d", "-i", "worker", "--", "/bin/sh", "-c", "cat; exit 9")
                .output()
                .strip();
        Nullctl.Result attached = ctl().runWithInput("typed\n", "attach", "worker", "--run", run);
        assertThat(attached.code()).as(attached.errors()).isEqualTo(9);
        assertThat(attached.output()).isEqualTo("typed\n");
    }

    @Order(5)
    @Test
    void anAddedAgentIsChangedWhileItRuns(@TempDir Path here) throws Exception {
        String tar = ImageArchive.saying("one", here.resolve("one"))
                .docker(here.resolve("one.tar"))
                .toString();
        Path manifest = here.resolve("AGENT.toml");
        String text = "[agent]\nname = \"app\"\nrestart = \"never\"\n[capabilities]\nmax_cpu_percent = 50\n";
        Files.writeString(manifest, text);
        int from = appliance.log().size();
        done("agent", "add", "app", "--manifest", manifest.toString(), tar);
        appliance.awaitEventAfter(
                from, event -> event.is("agent.started", "agent", "app"), Appliance.LONG, "app to run");
        assertThat(done("agent", "add", "app", tar).output())
                .contains("version 2", "this archive was added before: nothing was sent or imported");
        String grown = text.replace("[capabilities]", "stop_secs = 3\n[capabilities]")
                        .replace("50", "40") + "network = { allow = [\"10.0.2.100:7001\"] }\n";
        Files.writeString(manifest, grown);
        Nullctl.Result refused = ctl().run("agent", "apply", manifest.toString());
        assertThat(refused.code()).isEqualTo(1);
        assertThat(done("egress", "app").output()).doesNotContain("10.0.2.100");
        String hash = refused.errors().replaceAll("(?s).*--accept-growth ([0-9a-f]{16}).*", "$1");
        assertThat(done("agent", "apply", manifest.toString(), "--accept-growth", hash)
                        .output())
                .contains(
                        "version 3",
                        "in force:      capabilities.max_cpu_percent",
                        "in force:      capabilities.network.allow",
                        "at next start: agent.stop_secs");
        assertThat(done("egress", "app").output()).contains("10.0.2.100:7001");
        done("stop", "app");
    }
}
