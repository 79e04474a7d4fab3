package dev.nullbox.nullctl.command.vault;

import dev.nullbox.nullctl.terminal.SecretInput;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.protocol.api.VaultContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Passphrases and keys from the operator; the call that sends them wipes them. */
final class Credential {
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private Credential() {}

    /** A file's passphrase, or one that is typed; a new one is typed twice. */
    static byte[] passphrase(Streams io, String question, @Nullable Path file, boolean isNew) throws UsageException {
        int max = VaultContract.MAX_PASSPHRASE_BYTES;
        byte[] passphrase;
        if (file != null) {
            byte[] read = SecretInput.file(file, max + 2);
            passphrase = Arrays.copyOf(read, SecretInput.withoutLineEnd(read));
            Arrays.fill(read, (byte) 0);
        } else {
            passphrase = isNew ? SecretInput.newLine(io, question, max) : SecretInput.line(io, question, max);
        }
        if (passphrase.length == 0) {
            throw new UsageException("the passphrase has no bytes: nothing was done");
        }
        return passphrase;
    }

    /** A file's key. */
    static byte[] key(Path file) throws UsageException {
        refuseReadableByOthers(file);
        int right = VaultContract.KEY_BYTES;
        byte[] key = SecretInput.file(file, right);
        if (key.length != right) {
            Arrays.fill(key, (byte) 0);
            throw new UsageException(file + " has " + (key.length > right ? "more" : "fewer") + " than " + right
                    + " bytes: a key file is made by (umask 077; head -c " + right + " /dev/urandom > "
                    + file.getFileName() + ")");
        }
        return key;
    }

    private static void refuseReadableByOthers(Path file) throws UsageException {
        try {
            if (Files.isRegularFile(file)
                    && Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
                throw new UsageException(file + " may be used by other users: chmod 600 " + file);
            }
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + e.getClass().getSimpleName());
        }
    }
}
