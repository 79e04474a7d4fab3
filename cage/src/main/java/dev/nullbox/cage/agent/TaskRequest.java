package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.RunSession;
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
 * @param session its streams; absent for a run whose output goes to the log alone
 * @param operator the operator who asks for it
 * @param isKept whether it is listed once it is over
 */
public record TaskRequest(
        List<String> words,
        Map<String, String> env,
        Optional<Duration> timeout,
        Optional<RunSession> session,
        String operator,
        boolean isKept) {
    public TaskRequest {
        words = List.copyOf(words);
        env = Map.copyOf(env);
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
