package dev.nullbox.nulld.linux;

import java.util.List;

/**
 * Specification of a service.
 *
 * @param name its name, also of its directories and socket
 * @param user whom it runs as
 * @param groups supplementary groups
 * @param capabilities all that it has, by name
 * @param command path and arguments
 * @param after services that must be ready before it starts; it is stopped before them
 * @param required whether the appliance is degraded without it
 * @param readiness how it becomes ready
 * @param startLimitMillis how long it may take to become ready
 * @param stopLimitMillis how long it may take to stop after SIGTERM
 * @param limits what it may take of the machine
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
        /** It writes a line to the descriptor it was handed. */
        NOTIFY,
        /** It runs: programs that are not ours. */
        EXEC
    }

    /**
     * A service's share of the machine.
     *
     * @param memoryMib memory.max: all that is charged to it, in MiB; beyond it the kernel kills the service
     * @param tasks pids.max: processes and threads
     * @param why what they leave room for
     */
    public record Limits(long memoryMib, int tasks, String why) {}

    public ServiceSpec {
        groups = List.copyOf(groups);
        capabilities = List.copyOf(capabilities);
        command = List.copyOf(command);
        after = List.copyOf(after);
    }
}
