package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code nullctl vault unseal}. */
@Command(
        name = "unseal",
        mixinStandardHelpOptions = true,
        description = {
            "Opens the vault, so that agents can be lent secrets until it is sealed or the appliance stops.",
            "Asks for the passphrase; where standard input is no terminal, its first line is it."
        },
        footer = {"", "Examples:", "  nullctl vault unseal", "  nullctl vault unseal --key-file vault.key"})
final class VaultUnsealCommand extends Verb {
    @Mixin
    private CredentialOptions credential = new CredentialOptions();

    @Override
    protected void perform() throws Exception {
        JsonObject params = new JsonObject();
        credential.addTo(params, io(), "Passphrase of the vault");
        Answer opened = Answer.of("vault.unseal", ask("vault.unseal", params));
        out().println("unsealed by slot " + opened.count("slot") + ": " + opened.count("secrets") + " secrets, "
                + opened.count("versions") + " versions");
    }
}
