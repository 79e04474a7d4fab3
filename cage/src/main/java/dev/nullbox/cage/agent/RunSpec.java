package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.RunStreams;
import dev.nullbox.manifest.Command;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.Map;
import java.util.Optional;

/**
 * Run of an agent: its version, its place on the machine, its number.
 *
 * @param number unique among the agent's runs
 * @param streams of its program
 * @param task for a run beside the agent's own
 */
record RunSpec(
        CatalogEntry.Accepted agent, AgentSlot slot, long number, RunStreams streams, Optional<TaskRequest> task) {
    /** The name of its control group and directories: the agent's name has no dot. */
    String key() {
        return task.isPresent() ? agent.name() + "." + number : agent.name();
    }

    AgentName name() {
        return agent.agent();
    }

    Command command() {
        return task.map(request -> request.command(agent))
                .orElse(agent.manifest().agent().command());
    }

    /** Variables in addition to the agent's. */
    Map<String, String> env() {
        return task.map(TaskRequest::env).orElse(Map.of());
    }

    /** Tells whether the guest's init runs alone. */
    boolean isOfFilesAlone() {
        return task.filter(TaskRequest::isOfFilesAlone).isPresent();
    }
}
