package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.GatewayContract;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl runs}: runs beside agents' own. */
@Command(
        name = "runs",
        description = {
            "Lists the runs that nullctl run began, and how they ended. Those that are over",
            "are kept for a day, the latest 32 of each agent, over a restart too."
        },
        footer = {"", "Example: nullctl runs coder --json | jq '.[].exit'"})
public final class RunsCommand extends BaseCommand {
    @Parameters(arity = "0..1", paramLabel = "AGENT", description = "Only those of this agent.")
    private Optional<String> agent = Optional.empty();

    @Mixin
    private ListOption json = new ListOption();

    @Override
    protected void execute() throws Exception {
        json.print(
                out(),
                ask(AgentContract.AGENT_RUNS, Message.of().and(Fields.AGENT, agent)),
                "no runs",
                Fields.AGENT,
                Fields.RUN,
                Fields.STATE,
                AgentContract.PROGRAM,
                GatewayContract.CLIENT,
                AgentContract.BEGUN_AT,
                AgentContract.ENDED_AT,
                AgentContract.EXIT);
    }
}
