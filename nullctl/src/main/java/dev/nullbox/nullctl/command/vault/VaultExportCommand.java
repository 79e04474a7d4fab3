package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.Transfers;
import dev.nullbox.nullctl.command.Verb;
import dev.nullbox.nullctl.terminal.NewFile;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code nullctl vault export FILE}. */
@Command(
        name = "export",
        mixinStandardHelpOptions = true,
        description = {
            "Writes all secrets with their versions to a new file, encrypted for a passphrase or key of its own.",
            "Asks for the file's passphrase twice; where standard input is no terminal, its first line is it."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl vault export backup.vault",
            "  nullctl vault export backup.vault --force --key-file backup.key"
        })
final class VaultExportCommand extends Verb {
    @Parameters(paramLabel = "FILE", description = "The file to make; it appears when it is whole.")
    private Path file = Path.of("");

    @Option(names = "--force", description = "Replace FILE if it is there.")
    private boolean force;

    @Mixin
    private CredentialOptions credential = new CredentialOptions();

    @Override
    protected void perform() throws Exception {
        try (NewFile made = NewFile.at(file, force)) {
            JsonObject params = new JsonObject();
            credential.addNewTo(params, io(), "New passphrase for the exported file");
            long bytes;
            try (ApplianceClient appliance = session().connect()) {
                bytes = Transfers.receive(appliance, "vault.export", params, made);
            }
            made.commit();
            out().println(bytes + " bytes written to " + file);
        }
    }
}
