package dev.nullbox.nulld.linux;

import java.util.List;

/**
 * Specification of a service.
 *
 * @param name its name, also of its directories and socket
 * @param user user that it runs as
 * @param groups supplementary groups
 * @param capabilities its only capabilities, by name
 * @param command path and arguments
 * @param after services that must be ready before it starts; it is stopped before them
 * @param required whether the appliance is degraded without it
 * @param readiness the way it becomes ready
 * @param startLimitMillis longest time to become ready
 * @param stopLimitMillis longest time to stop after SIGTERM
 * @param limits its limits
 */
public record ServiceSpec(
        String name,
        String user,
        List<String> groups,
        List<String> capabilities,
        List<String> command,
        List<String> after,
        boolean required,
        Readiness readiness,
        long startLimitMillis,
        long stopLimitMillis,
        Limits limits) {
    /** Condition for a service to be ready. */
    public enum Readiness {
        /** It writes a line to the descriptor that it was given. */
        NOTIFY,
        /** It writes that line, and goes on writing heartbeats: {@link dev.nullbox.protocol.LifeSign}. */
        HEARTBEAT,
        /** Its process runs: for programs that are not part of NullBox. */
        EXEC
    }

    /**
     * A service's share of the machine.
     *
     * @param memoryMib memory.max: all that is charged to it, in MiB; beyond it the kernel kills the service
     * @param tasks pids.max: processes and threads
     * @param why reason of the limits
     */
    public record Limits(long memoryMib, int tasks, String why) {}

    public ServiceSpec {
        groups = List.copyOf(groups);
        capabilities = List.copyOf(capabilities);
        command = List.copyOf(command);
        after = List.copyOf(after);
    }
}
