package dev.nullbox.nullctl.command.agent;

import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.ListOption;
import dev.nullbox.nullctl.terminal.CellFormat;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.api.AgentContract;
import dev.nullbox.protocol.api.DeployContract;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl volume}: disks that outlive runs, and their agents. */
@Command(
        name = "volume",
        description = "Lists and removes agents' disks that outlive runs.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {"", "Examples:", "  nullctl volume list", "  nullctl volume remove coder volume"})
public final class VolumeCommand extends CommandContext {
    @Command(
            description = "Lists the disks: what each may grow to, what it takes, whether its agent is still known.",
            footer = {"", "Example: nullctl volume list --json | jq '.[] | select(.known | not)'"})
    void list(@Mixin ListOption json) throws Exception {
        json.print(
                out(),
                ask(DeployContract.VOLUMES),
                "no disks",
                Fields.AGENT,
                AgentContract.DISK,
                DeployContract.PROMISED,
                Fields.BYTES,
                DeployContract.IS_KNOWN);
    }

    @Command(
            description = "Removes a disk of an agent that does not run, for good.",
            footer = {"", "Example: nullctl volume remove coder volume"})
    void remove(
            @Parameters(index = "0", paramLabel = "AGENT", description = "The agent that it was made for.")
                    String agent,
            @Parameters(index = "1", paramLabel = "DISK", description = "As volume list has it.") String disk)
            throws Exception {
        long bytes = call(DeployContract.VOLUME_REMOVE, Fields.AGENT.is(agent), AgentContract.DISK.is(disk))
                .get(Fields.BYTES);
        out().println(TerminalText.line("disk " + disk + " of " + agent + " removed, which took ")
                + CellFormat.bytes(bytes));
    }
}
