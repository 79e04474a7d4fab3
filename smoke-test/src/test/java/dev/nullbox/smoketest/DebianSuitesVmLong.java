package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * For {@code ./nullbox test long}: package managers, containers, suites of Debian's Python, and many files, in an agent's
 * guest.
 */
final class DebianSuitesVmLong {
    /** For all suites, where the machine and its guest are emulated. */
    private static final Duration ALL = Duration.ofMinutes(90);

    @Test
    @Timeout(value = 100, unit = TimeUnit.MINUTES)
    void theSuitesOfDebiansPythonPass(@TempDir Path directory) throws Exception {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addDebian("suites", """
                [agent]
                name = "suites"
                command = ["python3", "/proof/proof.py", "suites"]
                start = "auto"
                restart = "never"
                [agent.env]
                PROOF_SECONDS = "3600"
                PROOF_PEER = "10.0.2.100 7001"
                [capabilities]
                max_cpu_percent = 100
                max_memory_mb = 1024
                [capabilities.network]
                allow = ["10.0.2.100:7001"]
                [capabilities.filesystem]
                max_mb = 4096
                write = ["/var/lib/docker", "/var/lib/proof"]
                """);
        Path disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root());
        Boot boot = Boot.of(medium, Inputs.accelerator()).withMemory(2048).withDataDisk(disk);
        try (TestServer peer = TestServer.start("welcome");
                Appliance appliance = Appliance.start(boot.withServer(7001, peer))) {
            Event end = appliance.awaitEvent(
                    event -> event.is("agent.exited", "agent", "suites"), ALL, "the suites to end");
            List<String> lines = appliance.agentLines("suites");
            assertThat(lines).filteredOn(line -> line.startsWith("FAIL ")).isEmpty();
            assertThat(lines).filteredOn(line -> line.startsWith("ok ")).hasSize(11);
            assertThat(end.text("how")).isEqualTo("exited");
            assertThat(end.number("code")).isZero();
            // The tests that were skipped, with their reasons, for who reads the log.
            lines.forEach(System.out::println);
        }
    }
}
