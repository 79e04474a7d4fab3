package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.command.Verb;
import picocli.CommandLine.Command;

/** {@code nullctl vault seal}. */
@Command(
        name = "seal",
        mixinStandardHelpOptions = true,
        description = "Closes the vault: no secret is read or lent until it is unsealed.",
        footer = {"", "Example: nullctl vault seal"})
final class VaultSealCommand extends Verb {
    @Override
    protected void perform() throws Exception {
        ask("vault.seal");
        out().println("sealed");
    }
}
