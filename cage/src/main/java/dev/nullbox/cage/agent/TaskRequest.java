package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.RunStreams;
import dev.nullbox.manifest.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Request for a run beside the agent's own.
 *
 * @param words in place of the agent's command, after its image's entry point; empty for the command as it is
 * @param env variables in addition to the agent's, or in place of them
 * @param timeout longest time of its program
 * @param streams its program's
 * @param operator the operator who asks for it
 * @param isKept whether it is listed once it is over
 * @param isOfFilesAlone whether no program is run, and its guest has neither network nor secrets
 */
public record TaskRequest(
        List<String> words,
        Map<String, String> env,
        Optional<Duration> timeout,
        RunStreams streams,
        String operator,
        boolean isKept,
        boolean isOfFilesAlone) {
    public TaskRequest {
        words = List.copyOf(words);
        env = Map.copyOf(env);
    }

    /** A run of the guest's init alone, for an operator who needs the files of an agent that does not run. */
    static TaskRequest ofFilesAlone(String operator) {
        return new TaskRequest(
                List.of(), Map.of(), Optional.empty(), new RunStreams(Optional.empty()), operator, false, true);
    }

    /** Its command, as docker-run(1) forms it. */
    Command command(CatalogEntry.Accepted agent) {
        if (words.isEmpty()) {
            return agent.manifest().agent().command();
        }
        List<String> all = new ArrayList<>(agent.entryPoint());
        all.addAll(words);
        return new Command(all);
    }
}
