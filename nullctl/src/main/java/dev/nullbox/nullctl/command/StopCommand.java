package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl stop AGENT}. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stops an agent: its microVM is asked to end, then ended.",
        footer = {"", "Example: nullctl stop hello"})
public final class StopCommand extends Verb {
    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    protected void perform() throws Exception {
        ask("agent.stop", ApplianceClient.params("agent", agent));
        out().println(TerminalText.line(agent) + ": stop asked for and accepted");
    }
}
