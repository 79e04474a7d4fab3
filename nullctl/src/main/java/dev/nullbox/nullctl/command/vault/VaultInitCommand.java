package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.service.TerminalText;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nullctl vault init}: the first thing an operator does with a new appliance. */
@Command(
        name = "init",
        mixinStandardHelpOptions = true,
        description = {
            "Makes the vault, once, and leaves it unsealed.",
            "Asks for a passphrase twice; where standard input is no terminal, its first line is the passphrase. With --key-file the key opens the vault instead, or beside the passphrase (--passphrase)."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl vault init",
            "  nullctl vault init --key-file vault.key",
            "  nullctl vault init --key-file vault.key --passphrase"
        })
final class VaultInitCommand extends Verb {
    @Mixin
    private CredentialOptions credential = new CredentialOptions();

    @Option(names = "--passphrase", description = "With --key-file: ask for a passphrase too.")
    private boolean passphrase;

    @Override
    protected void perform() throws Exception {
        JsonObject params = new JsonObject();
        credential.addFirstTo(params, io(), "New passphrase of the vault", passphrase);
        Answer made = Answer.of("vault.init", ask("vault.init", params));
        out().println("vault " + TerminalText.line(made.string("vault")) + " made, unsealed, slots: "
                + made.list("slots").size());
    }
}
