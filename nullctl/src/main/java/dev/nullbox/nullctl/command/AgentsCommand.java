package dev.nullbox.nullctl.command;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl agents}: which agents there are, and how they are. */
@Command(
        name = "agents",
        mixinStandardHelpOptions = true,
        description = "Lists the agents and how they are.",
        footer = {"", "Example: nullctl agents --json | jq -r '.[].agent'"})
public final class AgentsCommand extends Verb {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        json.print(
                out(),
                ask("agent.list"),
                "no agents",
                "agent",
                "state",
                "run",
                "pid",
                "restarts",
                "exit",
                "from",
                "start",
                "problems");
    }
}
