package dev.nullbox.cage.stats;

import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Text of OpenMetrics 1.0 on what agents use: a family of samples after the other, with type, unit and help, and an end.
 * Names of agents need no escapes.
 */
final class OpenMetrics {
    private static final String PREFIX = "nullbox_agent_";
    private static final int MICROS = 6;
    private static final int MILLIS = 3;

    private final List<AgentUsage> agents;
    private final StringBuilder text = new StringBuilder();

    private OpenMetrics(List<AgentUsage> agents) {
        this.agents = agents;
    }

    static String text(List<AgentUsage> agents) {
        OpenMetrics metrics = new OpenMetrics(agents);
        metrics.family(
                "up",
                "gauge",
                "",
                "Whether a run of the agent is under way.",
                usage -> number(usage.run().isPresent() ? 1 : 0));
        metrics.family(
                "restarts",
                "counter",
                "",
                "Restarts after failures since cage began.",
                usage -> number(usage.restarts()));
        metrics.family(
                "disk_bytes", "gauge", "bytes", "What the agent's disks take.", usage -> number(usage.diskBytes()));
        metrics.ofRun(
                "start_time_seconds",
                "gauge",
                "seconds",
                "When the run began, since 1970 UTC.",
                run -> Optional.of(BigDecimal.valueOf(run.startedMillis(), MILLIS)));
        metrics.ofRun(
                "cpu_seconds",
                "counter",
                "seconds",
                "Processor time of the guest and its VMM.",
                run -> Optional.of(BigDecimal.valueOf(run.group().cpuMicros(), MICROS)));
        metrics.ofRun(
                "memory_bytes",
                "gauge",
                "bytes",
                "Memory of the guest and its VMM.",
                run -> number(run.group().memoryBytes()));
        metrics.ofRun(
                "memory_limit_bytes",
                "gauge",
                "bytes",
                "Memory that they may have.",
                run -> run.group().memoryLimit().map(BigDecimal::valueOf));
        metrics.ofRun(
                "tasks",
                "gauge",
                "",
                "Threads of the VMM.",
                run -> number(run.group().tasks()));
        metrics.ofRun(
                "network_received_bytes", "counter", "bytes", "What came to the agent.", run -> number(run.received()));
        metrics.ofRun("network_sent_bytes", "counter", "bytes", "What the agent sent.", run -> number(run.sent()));
        return metrics.text.append("# EOF\n").toString();
    }

    private static Optional<BigDecimal> number(long value) {
        return Optional.of(BigDecimal.valueOf(value));
    }

    private void ofRun(
            String name, String type, String unit, String help, Function<AgentUsage.Run, Optional<BigDecimal>> value) {
        family(name, type, unit, help, usage -> usage.run().flatMap(value));
    }

    private void family(
            String name, String type, String unit, String help, Function<AgentUsage, Optional<BigDecimal>> value) {
        String family = PREFIX + name;
        text.append("# TYPE ").append(family).append(' ').append(type).append('\n');
        if (!unit.isEmpty()) {
            text.append("# UNIT ").append(family).append(' ').append(unit).append('\n');
        }
        text.append("# HELP ").append(family).append(' ').append(help).append('\n');
        String sample = family + (type.equals("counter") ? "_total" : "");
        for (AgentUsage usage : agents) {
            value.apply(usage)
                    .ifPresent(found -> text.append(sample)
                            .append("{agent=\"")
                            .append(usage.agent())
                            .append("\"} ")
                            .append(found.toPlainString())
                            .append('\n'));
        }
    }
}
