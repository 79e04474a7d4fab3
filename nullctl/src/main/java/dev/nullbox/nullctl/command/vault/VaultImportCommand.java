package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.Answer;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.Transfers;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.LocalFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault import FILE}. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        description = {
            "Adds the secrets of an exported file, all or none.",
            "Asks for the file's passphrase; where standard input is no terminal, its first line is it."
        },
        footer = {"", "Example: nullctl vault import backup.vault --overwrite"})
final class VaultImportCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "What vault export made.")
    private Path file = Path.of("");

    @Option(names = "--overwrite", description = "Names that exist get the file's newest value as their next version.")
    private boolean overwrite;

    @Mixin
    private CredentialOptions credential = new CredentialOptions();

    @Override
    protected void perform() throws Exception {
        try (LocalFile source = LocalFile.open(file)) {
            JsonObject last = new JsonObject();
            credential.addTo(last, io(), "Passphrase of " + file.getFileName());
            if (overwrite) {
                last.addProperty("overwrite", true);
            }
            try (ApplianceClient appliance = session().connect()) {
                Answer done = Transfers.send(appliance, "vault.import", source, last);
                out().println(done.count("secrets") + " secrets, " + done.count("versions") + " versions imported");
            }
        }
    }
}
