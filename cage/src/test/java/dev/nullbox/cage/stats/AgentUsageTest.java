package dev.nullbox.cage.stats;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.jail.Cgroups;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.StatsContract;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Usage of agents, from the kernel's files to the form of answers. */
class AgentUsageTest {
    private static final AgentUsage RUNS = new AgentUsage(
            "coder",
            "running",
            2,
            4_096,
            Optional.of(new AgentUsage.Run(
                    3,
                    1_764_396_000_123L,
                    61_500,
                    new Cgroups.Usage(1_500_000, 1 << 20, Optional.of(2L << 20), 9),
                    70,
                    80)));
    private static final AgentUsage STOPPED = new AgentUsage("idle", "stopped", 0, 0, Optional.empty());

    @Test
    void figuresOfAGroupAreRead(@TempDir Path mount) throws Exception {
        Path group = Files.createDirectories(mount.resolve("agents/coder"));
        Cgroups cgroups = new Cgroups(mount, Set.of());
        assertThat(cgroups.usage("coder")).isEmpty();
        Files.writeString(group.resolve("cpu.stat"), "usage_usec 1500000\nuser_usec 1000000\n");
        assertThat(cgroups.usage("coder")).contains(new Cgroups.Usage(1_500_000, 0, Optional.empty(), 0));
        Files.writeString(group.resolve("memory.current"), "1048576\n");
        Files.writeString(group.resolve("memory.max"), "max\n");
        Files.writeString(group.resolve("pids.current"), "9\n");
        assertThat(cgroups.usage("coder")).contains(new Cgroups.Usage(1_500_000, 1 << 20, Optional.empty(), 9));
        Files.writeString(group.resolve("memory.max"), "2097152\n");
        assertThat(cgroups.usage("coder").orElseThrow().memoryLimit()).contains(2L << 20);
    }

    @Test
    void anAnswerHasTheRunsFiguresWhileThereIsOne() {
        Message runs = StatsMethods.message(RUNS);
        assertThat(runs.get(Fields.RUN)).isEqualTo(3);
        assertThat(runs.get(StatsContract.UP)).isEqualTo(61);
        assertThat(runs.get(StatsContract.CPU)).isEqualTo(1_500_000);
        assertThat(runs.get(StatsContract.RECEIVED)).isEqualTo(70);
        assertThat(runs.find(StatsContract.MEMORY_LIMIT)).contains(2L << 20);
        Message stopped = StatsMethods.message(STOPPED);
        assertThat(stopped.get(Fields.STATE)).isEqualTo("stopped");
        assertThat(stopped.find(StatsContract.CPU)).isEmpty();
    }

    @Test
    void openMetricsHaveTypesUnitsAndAnEnd() {
        String text = OpenMetrics.text(List.of(RUNS, STOPPED));
        assertThat(text)
                .startsWith("# TYPE nullbox_agent_up gauge\n")
                .contains(
                        "nullbox_agent_up{agent=\"coder\"} 1\nnullbox_agent_up{agent=\"idle\"} 0\n",
                        "# TYPE nullbox_agent_cpu_seconds counter\n# UNIT nullbox_agent_cpu_seconds seconds\n",
                        "\nnullbox_agent_cpu_seconds_total{agent=\"coder\"} 1.500000\n",
                        "\nnullbox_agent_start_time_seconds{agent=\"coder\"} 1764396000.123\n",
                        "\nnullbox_agent_network_sent_bytes_total{agent=\"coder\"} 80\n")
                .endsWith("# EOF\n");
        assertThat(text.lines())
                .allMatch(line ->
                        line.startsWith("# ") || line.matches("nullbox_agent_[a-z_]+\\{agent=\"[a-z]+\"} [0-9.]+"));
    }
}
