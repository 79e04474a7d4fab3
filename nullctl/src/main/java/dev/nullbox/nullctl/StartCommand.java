package dev.nullbox.nullctl;

import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl start AGENT}. */
@Command(
        name = "start",
        mixinStandardHelpOptions = true,
        description = "Starts an agent.",
        footer = {"", "Example: nullctl start hello && nullctl logs -f --source cage"})
final class StartCommand extends Verb {
    @Parameters(paramLabel = "AGENT", description = "Its name, as nullctl agents lists it.")
    private String agent = "";

    @Override
    void perform() throws Exception {
        ask("agent.start", params("agent", agent));
        out().println(TerminalText.line(agent) + ": start asked for and accepted");
    }
}
