package dev.nullbox.nullctl;

import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl stop AGENT}. */
@Command(
        name = "stop",
        mixinStandardHelpOptions = true,
        description = "Stops an agent: its microVM is asked to end, then ended.",
        footer = {"", "Example: nullctl stop hello"})
final class StopCommand extends Verb {
    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    void perform() throws Exception {
        ask("agent.stop", params("agent", agent));
        out().println(TerminalText.line(agent) + ": stop asked for and accepted");
    }
}
