package dev.nullbox.nullctl.command;

import dev.nullbox.protocol.Message;
import picocli.CommandLine.Command;

/** {@code nullctl top}: the agents, those that use the most first, anew each second. */
@Command(
        name = "top",
        description = "Shows all agents, those that use the most first, until interrupted.",
        footer = {"", "Example: nullctl top"})
public final class TopCommand extends BaseCommand {
    @Override
    protected void execute() throws Exception {
        StatsCommand.show(session(), Message.of(), true, true);
    }
}
