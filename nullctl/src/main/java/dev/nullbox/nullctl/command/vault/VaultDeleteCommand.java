package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault delete NAME}. */
@Command(
        name = "delete",
        mixinStandardHelpOptions = true,
        description = "Hides a secret from agents and from vault get, until it is undeleted or set anew.",
        footer = {"", "Example: nullctl vault delete OPENAI_KEY"})
final class VaultDeleteCommand extends Verb {
    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private String name = "";

    @Override
    protected void perform() throws Exception {
        ask("vault.delete", ApplianceClient.params("name", name));
        out().println(TerminalText.line(name) + " deleted");
    }
}
