package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * For {@code ./nullbox test long}: no line of the allow-list of system calls is superfluous. Real microVMs are traced from
 * their jail to their end, with one and with four virtual processors, and make each call that docs/vmm-calls.md says is seen.
 */
final class VmmCallsVmLong {
    private static final Path DOCUMENT = Path.of("..", "docs", "vmm-calls.md");
    /** Of a run: traced, and where the machine and its guest are emulated. */
    private static final Duration RUN = Duration.ofMinutes(5);

    private static final List<String> ATTEMPTS =
            List.of("allowed tcp 10.0.2.100 7001", "layer write /made", "volume disk /work");

    private static final String NOT_SEEN = " (not seen)";
    private static final String FIRST_IN_ITS_NAMESPACE = "234.0=1";

    @Test
    void eachCallOfTheListIsMade(@TempDir Path directory) throws Exception {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        for (int processors : List.of(1, 4)) {
            agents.addProbe(name(processors), manifest(processors), "attempts", ATTEMPTS);
        }
        Path disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
        Boot.Medium medium = new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot());
        Set<String> made = new TreeSet<>();
        try (HelloAppliance hello = HelloAppliance.start(medium, boot -> boot.withDataDisk(disk))) {
            hello.appliance()
                    .awaitEvent(
                            event -> event.is("agent.exited", "agent", "hello"),
                            Appliance.LONG,
                            "the appliance to be at rest");
            for (int processors : List.of(1, 4)) {
                Set<String> ofIt = traced(hello, name(processors));
                assertThat(listed(true))
                        .as("made with %d processors", processors)
                        .containsAll(ofIt);
                made.addAll(ofIt);
            }
        }
        assertThat(made).contains(FIRST_IN_ITS_NAMESPACE).containsAll(listed(false));
    }

    private static String name(int processors) {
        return "processors-" + processors;
    }

    private static String manifest(int processors) {
        return """
                [agent]
                name = "%s"
                command = ["/bin/probe"]
                start = "manual"
                restart = "never"
                [capabilities]
                max_cpu_percent = %d
                max_memory_mb = 128
                [capabilities.filesystem]
                max_mb = 64
                write = ["/work"]
                volume_mb = 64
                [capabilities.network]
                allow = ["10.0.2.100:7001"]
                """.formatted(name(processors), processors * 100);
    }

    /** The calls of its VMM, each as its number, and as NUMBER.ARGUMENT=HEX where it has few values. */
    private static Set<String> traced(HelloAppliance hello, String agent) throws Exception {
        Appliance appliance = hello.appliance();
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            Future<String> answer = thread.submit(
                    () -> appliance.askChaos("calls " + agent + " " + RUN.toSeconds(), RUN.plusMinutes(1)));
            Nullctl.Result started = hello.nullctl().run("start", agent);
            assertThat(started.code()).as(started.errors()).isZero();
            String calls = answer.get(RUN.plusMinutes(2).toSeconds(), TimeUnit.SECONDS);
            Event exited = appliance.awaitEvent(
                    event -> event.is("agent.exited", "agent", agent), Appliance.SHORT, agent + " to end");
            assertThat(appliance.agentLines(agent))
                    .as(exited.fields() + " " + calls)
                    .contains("probe: layer = open", "probe: volume = done", "probe: done");
            assertThat(calls).startsWith("calls listed=1 status=0 ");
            return new TreeSet<>(List.of(calls.split(" ", -1)).subList(3, calls.split(" ", -1).length));
        }
    }

    /** What the document lists: all of it, or what is seen of it. */
    private static Set<String> listed(boolean isAll) throws IOException {
        Set<String> listed = new TreeSet<>();
        for (String line : Files.readAllLines(DOCUMENT)) {
            String[] cells = line.split(" \\| ", -1);
            if (cells.length == 5 && cells[1].matches("\\d+") && (isAll || cells[3].equals("yes"))) {
                listed.add(cells[1]);
                for (String bound : cells[2].split("; ", -1)) {
                    if (bound.matches("\\d: .*")) {
                        for (String value : bound.substring(3).split(", ", -1)) {
                            if (isAll || !value.endsWith(NOT_SEEN)) {
                                listed.add(cells[1] + "." + bound.charAt(0) + "=" + value.replace(NOT_SEEN, ""));
                            }
                        }
                    }
                }
            }
        }
        assertThat(listed).hasSizeGreaterThan(60);
        return listed;
    }
}
