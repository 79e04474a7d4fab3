package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.client.Transfers;
import dev.nullbox.nullctl.command.CommandContext;
import dev.nullbox.nullctl.command.NewFileOptions;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.NewFile;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands of {@code nullctl vault} that move whole files. */
abstract class VaultFileCommands extends CommandContext {
    @Command(
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
    void export(@Mixin NewFileOptions file, @Mixin CredentialOptions credential) throws Exception {
        try (NewFile made = file.begin()) {
            Message params = credential.fresh(streams(), "New passphrase for the exported file");
            try (ApplianceClient appliance = session().connect()) {
                Message begun = appliance.call(VaultContract.EXPORT, params);
                Transfers.receive(appliance, VaultContract.TRANSFER, begun, made);
                made.commit();
                out().println(begun.get(Fields.BYTES) + " bytes written to " + file);
            }
        }
    }

    @Command(
            name = "import",
            description = {
                "Adds the secrets of an exported file, all or none.",
                "Asks for the file's passphrase; where standard input is no terminal, its first line is it."
            },
            footer = {"", "Example: nullctl vault import backup.vault --overwrite"})
    void importFile(
            @Parameters(paramLabel = "FILE", description = "What vault export made.") Path file,
            @Option(
                            names = "--overwrite",
                            description = "Names that exist get the file's newest value as their next version.")
                    boolean overwrite,
            @Mixin CredentialOptions credential)
            throws Exception {
        try (LocalFile source = LocalFile.open(file)) {
            Message params = credential
                    .present(streams(), "Passphrase of " + file.getFileName())
                    .andIf(VaultContract.OVERWRITE, overwrite);
            try (ApplianceClient appliance = session().connect()) {
                Message sent = Transfers.send(appliance, VaultContract.TRANSFER, source);
                Message done = appliance.call(VaultContract.IMPORT, sent.and(params));
                out().println(done.get(VaultContract.SECRETS) + " secrets, " + done.get(VaultContract.VERSIONS)
                        + " versions imported");
            }
        }
    }
}
