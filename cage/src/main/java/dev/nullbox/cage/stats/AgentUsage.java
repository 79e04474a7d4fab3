package dev.nullbox.cage.stats;

import dev.nullbox.cage.jail.Cgroups;
import java.util.Optional;

/**
 * Use of the machine by one agent at one moment.
 *
 * @param diskBytes what its disks take
 * @param run what its run uses; absent while there is none
 */
record AgentUsage(String agent, String state, long restarts, long diskBytes, Optional<Run> run) {
    /**
     * Use by a run.
     *
     * @param startedMillis since 1970 UTC
     * @param group of its control group
     * @param received bytes that came to the agent
     * @param sent bytes that it sent
     */
    record Run(long number, long startedMillis, long upMillis, Cgroups.Usage group, long received, long sent) {}
}
