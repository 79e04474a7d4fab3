package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Cell;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nullctl vault leases}. */
@Command(
        name = "leases",
        mixinStandardHelpOptions = true,
        description = "Lists which run of which agent holds which secrets.",
        footer = {"", "Example: nullctl vault leases --agent hello"})
final class VaultLeasesCommand extends Verb {
    @Option(names = "--agent", paramLabel = "AGENT", description = "Only this one's.")
    private String agent = "";

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        Answer answer = Answer.of("vault.leases", ask("vault.leases"));
        JsonArray leases = new JsonArray();
        for (JsonElement lease : answer.list("leases")) {
            if (agent.isEmpty()
                    || (lease instanceof JsonObject one && agent.equals(Cell.of("agent", one.get("agent"))))) {
                leases.add(lease);
            }
        }
        json.print(out(), leases, "no leases", "lease", "agent", "run", "state", "names", "since", "until");
        if (!json.isGiven() && answer.has("left_out") && answer.count("left_out") > 0) {
            out().println("and " + answer.count("left_out") + " older ones, which are over");
        }
    }
}
