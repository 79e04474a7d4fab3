package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.nullctl.command.JsonOption;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl vault status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        description = "Says whether the vault is new, sealed or unsealed, what opens it, and how many attempts failed.",
        footer = {"", "Example: nullctl vault status --json | jq -r .state"})
final class VaultStatusCommand extends Verb {
    @Mixin
    private JsonOption json = new JsonOption();

    @Override
    protected void perform() throws Exception {
        JsonElement status = ask("vault.status");
        if (json.isGiven() || !(status instanceof JsonObject object)) {
            out().println(TerminalText.json(status));
        } else {
            Table.printMembers(out(), object);
        }
    }
}
