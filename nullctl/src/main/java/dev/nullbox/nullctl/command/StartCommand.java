package dev.nullbox.nullctl.command;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl start AGENT}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Starts an agent.",
        footer = {"", "Example: nullctl start hello && nullctl logs -f --source cage"})
public final class StartCommand extends Verb {
    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    protected void perform() throws Exception {
        ask("agent.start", ApplianceClient.params("agent", agent));
        out().println(TerminalText.line(agent) + ": start asked for and accepted");
    }
}
