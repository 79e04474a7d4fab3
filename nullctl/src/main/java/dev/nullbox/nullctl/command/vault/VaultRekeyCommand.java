package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonElement;
import dev.nullbox.nullctl.client.ApplianceClient;
import dev.nullbox.nullctl.command.BaseCommand;
import dev.nullbox.nullctl.terminal.Table;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.VaultContract;
import java.nio.file.Path;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code nullctl vault rekey}. */
@Command(
        name = "rekey",
        description = {
            "Changes what opens the unsealed vault: the passphrase or key that is given first makes way for a new one.",
            "Both are asked for, the new one twice; where standard input is no terminal, its first line is the present passphrase and its second the new one."
        },
        footer = {
            "",
            "Examples:",
            "  nullctl vault rekey",
            "  nullctl vault rekey --new-key-file vault.key --keep",
            "  nullctl vault rekey --remove 2"
        })
final class VaultRekeyCommand extends BaseCommand {
    @Mixin
    private CredentialOptions present = new CredentialOptions();

    @Option(
            names = "--new-passphrase-file",
            paramLabel = "FILE",
            description = "Take the new passphrase from this file, without the line end at its end.")
    private @Nullable Path newPassphraseFile;

    @Option(names = "--new-key-file", paramLabel = "FILE", description = "A key of 32 bytes as the new one.")
    private @Nullable Path newKeyFile;

    @Option(names = "--keep", description = "Let the present one go on opening the vault too.")
    private boolean keep;

    @Option(
            names = "--new-data-key",
            description = "Seal every secret under a new data key; slots go whose passphrase or key is not given here.")
    private boolean newDataKey;

    @Option(
            names = "--remove",
            paramLabel = "SLOT",
            description = "Add nothing; take this slot away (vault status lists them).")
    private Optional<Long> remove = Optional.empty();

    @Override
    protected void execute() throws Exception {
        refuseContradictions();
        Message params =
                present.present(streams(), "Present passphrase of the vault").and(VaultContract.REMOVE, remove);
        if (remove.isEmpty()) {
            params = params.and(newCredential())
                    .andIf(VaultContract.KEEP, keep)
                    .andIf(VaultContract.NEW_DATA_KEY, newDataKey);
        }
        JsonElement slots = ask(VaultContract.REKEY, params);
        out().println("done; what opens the vault now:");
        Table.print(
                out(),
                ApplianceClient.list(slots, VaultContract.SLOTS),
                "nothing",
                VaultContract.SLOT,
                VaultContract.KIND);
    }

    private Value<byte[]> newCredential() throws UsageException {
        return newKeyFile != null
                ? VaultContract.NEW_KEY.is(Credential.key(newKeyFile))
                : VaultContract.NEW_PASSPHRASE.is(
                        Credential.passphrase(streams(), "New passphrase of the vault", newPassphraseFile, true));
    }

    private void refuseContradictions() throws UsageException {
        boolean adds = newPassphraseFile != null || newKeyFile != null || keep || newDataKey;
        if (remove.isPresent() && adds) {
            throw new UsageException("--remove takes a slot away: without --keep, --new-data-key and new files");
        }
        if (newPassphraseFile != null && newKeyFile != null) {
            throw new UsageException("--new-passphrase-file and --new-key-file: only one of them");
        }
    }
}
