package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.service.TerminalText;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault destroy NAME}. */
@Command(
        name = "destroy",
        mixinStandardHelpOptions = true,
        description = "Removes a secret, or one version of it, from the vault's file for good.",
        footer = {
            "",
            "Examples:",
            "  nullctl vault destroy OPENAI_KEY --secret-version 1 --yes",
            "  nullctl vault destroy OPENAI_KEY --yes"
        })
final class VaultDestroyCommand extends Verb {
    @Parameters(paramLabel = "NAME", description = "The secret's name.")
    private String name = "";

    @Option(
            names = "--secret-version",
            paramLabel = "N",
            description = "Only this version; all and the history when not given.")
    private @Nullable Integer version;

    @Option(names = "--yes", description = "Yes, for good.")
    private boolean yes;

    @Override
    protected void perform() throws Exception {
        if (!yes) {
            throw new UsageException("what is destroyed does not come back: say --yes to destroy "
                    + (version == null ? "all versions of " : "version " + version + " of ") + name);
        }
        JsonObject params = ApplianceClient.params("name", name);
        if (version != null) {
            params.addProperty("version", version);
        }
        Answer destroyed = Answer.of("vault.destroy", ask("vault.destroy", params));
        out().println(TerminalText.line(name) + ": versions destroyed: " + destroyed.count("destroyed"));
    }
}
