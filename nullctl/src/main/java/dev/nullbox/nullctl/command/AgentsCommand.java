package dev.nullbox.nullctl.command;

import com.google.gson.JsonElement;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import java.io.PrintWriter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl agents}: the agents and their states. */
@Command(
        name = "agents",
        description = "Lists the agents and how they are.",
        footer = {"", "Example: nullctl agents --json | jq -r '.[].agent'"})
public final class AgentsCommand extends BaseCommand {
    @Mixin
    private ListOption json = new ListOption();

    @Override
    protected void execute() throws Exception {
        print(out(), json, ask(AgentContract.LIST));
    }

    /** Prints the answer to {@link AgentContract#LIST}. */
    public static void print(PrintWriter out, ListOption json, JsonElement agents) {
        json.print(
                out,
                agents,
                "no agents",
                Fields.AGENT,
                Fields.STATE,
                Fields.RUN,
                Fields.PID,
                AgentContract.RESTARTS,
                AgentContract.EXIT,
                AgentContract.FROM,
                AgentContract.START,
                AgentContract.PROBLEMS);
    }
}
