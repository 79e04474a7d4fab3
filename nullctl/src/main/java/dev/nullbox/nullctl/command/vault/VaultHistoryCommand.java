package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault history NAME}. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        description = "Lists a secret's versions, the newest first.",
        footer = {"", "Example: nullctl vault history OPENAI_KEY"})
final class VaultHistoryCommand extends Verb {
    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private String name = "";

    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonElement history = ask("vault.history", ApplianceClient.params("name", name));
        if (json.isGiven()) {
            out().println(TerminalText.json(history));
            return;
        }
        Answer secret = Answer.of("vault.history", history);
        if (secret.isTrue("deleted")) {
            out().println(TerminalText.line(name) + " is deleted; nullctl vault undelete brings it back");
        }
        Table.print(out(), secret.list("versions"), "no versions", "version", "state", "canary", "created");
    }
}
