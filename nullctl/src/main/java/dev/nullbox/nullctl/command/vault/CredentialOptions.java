package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.Io;
import dev.nullbox.nullctl.terminal.UsageException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where a passphrase or a key comes from when nobody is asked for it. */
final class CredentialOptions {
    @Option(
            names = "--passphrase-file",
            paramLabel = "FILE",
            description = "Take the passphrase from this file, without the line end at its end.")
    private @Nullable Path passphraseFile;

    @Option(
            names = "--key-file",
            paramLabel = "FILE",
            description = "A key instead of a passphrase: a file of exactly 32 bytes, mode 0600.")
    private @Nullable Path keyFile;

    /** What opens something that is there: one of the two files, or the passphrase is asked for. */
    void addTo(JsonObject params, Io io, String question) throws UsageException {
        refuseBoth();
        Credential.add(params, io, question, passphraseFile, keyFile);
    }

    /** What is to open something from now on: one of the two files, or a passphrase is asked for, of a person twice. */
    void addNewTo(JsonObject params, Io io, String question) throws UsageException {
        refuseBoth();
        Credential.addNew(params, "", io, question, passphraseFile, keyFile);
    }

    /** Either or both, as a vault's first ones may be. */
    void addFirstTo(JsonObject params, Io io, String question, boolean alsoPassphrase) throws UsageException {
        if (keyFile != null) {
            Credential.addNew(params, "", io, question, null, keyFile);
        }
        if (keyFile == null || alsoPassphrase || passphraseFile != null) {
            Credential.addNew(params, "", io, question, passphraseFile, null);
        }
    }

    private void refuseBoth() throws UsageException {
        if (passphraseFile != null && keyFile != null) {
            throw new UsageException("--passphrase-file and --key-file: only one of them");
        }
    }
}
