package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.VaultContract;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Options for the source of a passphrase or a key; without them the operator is asked for one. */
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

    /** The credential of an existing vault: from one of the two files, or typed. */
    Message present(Streams io, String question) throws UsageException {
        return either(io, question, false);
    }

    /** The credential of something new: from one of the two files, or typed twice. */
    Message fresh(Streams io, String question) throws UsageException {
        return either(io, question, true);
    }

    /** Either or both, as a new vault may have. */
    Message first(Streams io, String question, boolean alsoPassphrase) throws UsageException {
        Message credentials = Message.of();
        if (keyFile != null) {
            credentials = credentials.and(VaultContract.KEY.is(Credential.key(keyFile)));
        }
        return keyFile == null || alsoPassphrase || passphraseFile != null
                ? credentials.and(
                        VaultContract.PASSPHRASE.is(Credential.passphrase(io, question, passphraseFile, true)))
                : credentials;
    }

    private Message either(Streams io, String question, boolean isNew) throws UsageException {
        if (passphraseFile != null && keyFile != null) {
            throw new UsageException("--passphrase-file and --key-file: only one of them");
        }
        return Message.of(
                keyFile != null
                        ? VaultContract.KEY.is(Credential.key(keyFile))
                        : VaultContract.PASSPHRASE.is(Credential.passphrase(io, question, passphraseFile, isNew)));
    }
}
