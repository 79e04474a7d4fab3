package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.StringJoiner;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Agents that live as on a Debian machine: what smoke-test/debian tries with Debian's Python, Node, git and containers,
 * and ends of every kind, each told by the guest and never taken for another.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class DebianAgentVmIT {
    /** All of the proof in Debian's guest, where the machine and its guest are emulated. */
    private static final Duration PROOF = Duration.ofMinutes(15);
    /** Words that a kernel's command line would interpret. */
    private static final List<String> KERNEL_WORDS =
            List.of("init", "mem", "panic", "root", "loglevel", "quiet", "console", "ro", "rw", "debug");

    /** Of a success, of sysexits(3), where cage's own are, and the highest; {@link ExitCodesVmLong} tries more. */
    private static final int[] CODES = {0, 70, 255};

    private static final int VARIABLES = 64;

    /** Variables of 64 KiB without end: one that doubles would be refused, and nobody killed. */
    private static final String TAKES_ALL_MEMORY = "y=x; i=0; while [ $i -lt 16 ]; do y=$y$y; i=$((i+1)); done; "
            + "while :; do i=$((i+1)); eval x$i=\\$y; done";

    private Appliance appliance;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addDebian("debian", debian());
        for (int code : CODES) {
            agents.addBusybox("code-" + code, shell("code-" + code, "exit " + code, "never", ""));
        }
        agents.addBusybox("signal", shell("signal", "kill -11 $$", "never", ""));
        agents.addBusybox("everything", shell("everything", "kill -9 -1; exit 3", "never", ""));
        agents.addBusybox("memory", shell("memory", TAKES_ALL_MEMORY, "never", ""));
        agents.addBusybox("child", shell("child", "sh -c '" + TAKES_ALL_MEMORY + "'; exit 5", "never", ""));
        agents.addBusybox(
                "panic", shell("panic", "echo 2 > /proc/sys/vm/panic_on_oom; " + TAKES_ALL_MEMORY, "never", ""));
        agents.addBusybox("bomb", shell("bomb", "b() { b | b & }; b; while :; do sleep 1; done", "never", ""));
        agents.addBusybox("off", shell("off", "poweroff -f", "on-failure", ""));
        agents.addBusybox("again", shell("again", "reboot -f", "on-failure", ""));
        agents.addBusybox("failing", shell("failing", "exit 7", "on-failure", ""));
        agents.addBusybox("missing", manifest("missing", "[\"/bin/none\"]", "never", 64, ""));
        agents.addBusybox("directory", manifest("directory", "[\"/root\"]", "never", 64, ""));
        agents.addBusybox("full", shell("full", """
                dd if=/dev/zero of=/root/all bs=1M && exit 1
                rm /root/all
                dd if=/dev/zero of=/root/some bs=1M count=20 || exit 2
                echo went on""", "never", "[capabilities.filesystem]\nmax_mb = 64"));
        appliance = agents.boot(2048);
    }

    @AfterAll
    void powerOff() throws IOException {
        appliance.close();
    }

    private static String debian() {
        StringJoiner variables = new StringJoiner("\n", "[agent.env]\n", "\n");
        KERNEL_WORDS.forEach(name -> variables.add(name + " = \"value of " + name + '"'));
        IntStream.range(KERNEL_WORDS.size(), VARIABLES)
                .forEach(number -> variables.add("variable_" + number + " = \"" + number + '"'));
        String disks = "[capabilities.filesystem]\nmax_mb = 4096\nwrite = [\"/var/lib/proof\"]";
        return manifest("debian", "[\"python3\", \"/proof/proof.py\"]", "never", 640, disks)
                .replace("[capabilities]\n", variables + "[capabilities]\n");
    }

    static String shell(String name, String script, String restart, String capabilities) {
        return manifest(name, "[\"/bin/sh\", \"-c\", '''" + script + "''']", restart, 64, capabilities);
    }

    private static String manifest(String name, String command, String restart, int memoryMib, String capabilities) {
        return """
                [agent]
                name = "%s"
                command = %s
                start = "manual"
                restart = "%s"
                [capabilities]
                max_cpu_percent = 100
                max_memory_mb = %d
                %s
                """.formatted(name, command, restart, memoryMib, capabilities);
    }

    private static IntStream codes() {
        return IntStream.of(CODES);
    }

    @Order(1)
    @ParameterizedTest
    @MethodSource("codes")
    void anAgentMayExitWithAnyCode(int code) throws Exception {
        Event end = run("code-" + code);
        assertThat(end.text("how")).isEqualTo("exited");
        assertThat(end.number("code")).isEqualTo(code);
    }

    @Order(2)
    @ParameterizedTest
    @CsvSource({"missing, not-found", "directory, not-executable", "memory, out-of-memory", "off, power-off"})
    void otherEndsAreToldApart(String agent, String how) throws Exception {
        assertThat(run(agent).text("how")).isEqualTo(how);
    }

    @Order(2)
    @ParameterizedTest
    @CsvSource({"signal, 11"})
    void aSignalIsToldWithItsNumber(String agent, int signal) throws Exception {
        Event end = run(agent);
        assertThat(end.text("how")).isEqualTo("signalled");
        assertThat(end.number("signal")).isEqualTo(signal);
    }

    /** The killer itself and process 1 are spared; and a child that takes all memory dies alone. */
    @Order(2)
    @ParameterizedTest
    @CsvSource({"everything, 3", "child, 5"})
    void anAgentOutlivesTheDeathOfItsOthers(String agent, int code) throws Exception {
        Event end = run(agent);
        assertThat(end.text("how")).isEqualTo("exited");
        assertThat(end.number("code")).isEqualTo(code);
    }

    /** Its last words are the console's, which nobody trusts. */
    @Order(2)
    @Test
    void aPanicOfTheGuestsKernelIsToldAsACrash() throws Exception {
        Event end = run("panic");
        assertThat(end.text("how")).isEqualTo("crash");
        assertThat(end.text("why")).contains("Kernel panic");
    }

    /** It dies of its own memory, or its operator ends it; whichever comes first, the next agent does not notice. */
    @Order(3)
    @Test
    void aForkBombIsStopped() throws Exception {
        int from = appliance.log().size();
        Nullctl.Result started = nullctl().run("start", "bomb");
        assertThat(started.code()).as(started.errors()).isZero();
        appliance.awaitEventAfter(
                from,
                event -> event.is("agent.exited", "agent", "bomb")
                        || (event.is("agent.console", "agent", "bomb")
                                && event.text("line").contains("can't fork")),
                Appliance.LONG,
                "the bomb to fill its guest with processes");
        nullctl().run("stop", "bomb");
        Event end = appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "bomb"), Appliance.LONG, "the bomb to end");
        assertThat(end.text("how")).isIn("out-of-memory", "signalled", "exited");
        assertThat(run("code-0").number("code")).isZero();
    }

    @Order(3)
    @ParameterizedTest
    @CsvSource({"again, reboot", "failing, exited"})
    void failedAgentIsStartedAgain(String agent, String how) throws Exception {
        int from = appliance.log().size();
        assertThat(run(agent).text("how")).isEqualTo(how);
        int ended = appliance.log().size();
        Event second = appliance.awaitEventAfter(
                ended, event -> event.is("agent.exited", "agent", agent), Appliance.LONG, agent + " to end again");
        assertThat(second.text("how")).isEqualTo(how);
        assertThat(appliance.log().all().stream().skip(from).filter(event -> event.is("agent.started", "agent", agent)))
                .hasSizeGreaterThan(1);
        Nullctl.Result stopped = nullctl().run("stop", agent);
        assertThat(stopped.code()).as(stopped.errors()).isZero();
    }

    @Order(4)
    @Test
    void aFullLayerIsTheAgentsOwnTrouble() throws Exception {
        assertThat(run("full").number("code")).isZero();
        assertThat(appliance.agentLines("full"))
                .anyMatch(line -> line.contains("No space left on device"))
                // By another stream than dd's, so that dd's last lines may come after it.
                .contains("went on");
    }

    @Order(5)
    @Test
    void allThatADebianMachineDoesWorks() throws Exception {
        Event end = run("debian", PROOF);
        List<String> lines = appliance.agentLines("debian");
        assertThat(lines).filteredOn(line -> line.startsWith("FAIL ")).isEmpty();
        assertThat(lines).filteredOn(line -> line.startsWith("ok ")).hasSizeGreaterThan(40);
        assertThat(end.text("how")).as(String.join("\n", lines)).isEqualTo("exited");
        assertThat(end.number("code")).isZero();
    }

    private Nullctl nullctl() {
        return Nullctl.of(appliance.managementPort());
    }

    private Event run(String agent) throws Exception {
        return run(agent, Appliance.LONG);
    }

    private Event run(String agent, Duration limit) throws Exception {
        int from = appliance.log().size();
        Nullctl.Result started = nullctl().run("start", agent);
        assertThat(started.code()).as(started.errors()).isZero();
        return appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", agent), limit, "the agent " + agent + " to end");
    }
}
