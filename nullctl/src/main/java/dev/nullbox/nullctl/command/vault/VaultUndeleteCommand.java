package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault undelete NAME}. */
@Command(
        name = "undelete",
        mixinStandardHelpOptions = true,
        description = "Brings a deleted secret back.",
        footer = {"", "Example: nullctl vault undelete OPENAI_KEY"})
final class VaultUndeleteCommand extends Verb {
    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private String name = "";

    @Override
    protected void perform() throws Exception {
        Answer back = Answer.of("vault.undelete", ask("vault.undelete", ApplianceClient.params("name", name)));
        out().println(TerminalText.line(name) + " is back, version " + back.count("version"));
    }
}
