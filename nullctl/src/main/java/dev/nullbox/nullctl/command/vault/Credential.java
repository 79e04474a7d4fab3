package dev.nullbox.nullctl.command.vault;

import com.google.gson.JsonObject;
import dev.nullbox.nullctl.terminal.Io;
import dev.nullbox.nullctl.terminal.SecretInput;
import dev.nullbox.nullctl.terminal.UsageException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.Base64;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What opens a vault, on its way into a call's parameters: a passphrase or a key. */
final class Credential {
    private static final int MAX_PASSPHRASE_BYTES = 1024;
    private static final int KEY_BYTES = 32;
    private static final Set<PosixFilePermission> OTHERS = Set.of(
            PosixFilePermission.GROUP_READ,
            PosixFilePermission.GROUP_WRITE,
            PosixFilePermission.OTHERS_READ,
            PosixFilePermission.OTHERS_WRITE);

    private Credential() {}

    /** One that exists, under the names {@code passphrase} and {@code key}; without files it is asked for. */
    static void add(JsonObject params, Io io, String what, @Nullable Path passphraseFile, @Nullable Path keyFile)
            throws UsageException {
        if (keyFile != null) {
            put(params, "key", key(keyFile));
        } else {
            put(
                    params,
                    "passphrase",
                    passphraseFile == null
                            ? SecretInput.line(io, what, MAX_PASSPHRASE_BYTES)
                            : passphrase(passphraseFile));
        }
    }

    /** One that is made now, under the prefixed names; without files it is asked for, of a person twice. */
    static void addNew(
            JsonObject params, String prefix, Io io, String what, @Nullable Path passphraseFile, @Nullable Path keyFile)
            throws UsageException {
        if (keyFile != null) {
            put(params, prefix + "key", key(keyFile));
        } else {
            put(
                    params,
                    prefix + "passphrase",
                    passphraseFile == null
                            ? SecretInput.newLine(io, what, MAX_PASSPHRASE_BYTES)
                            : passphrase(passphraseFile));
        }
    }

    private static void put(JsonObject params, String name, byte[] bytes) throws UsageException {
        try {
            if (bytes.length == 0) {
                throw new UsageException("the passphrase has no bytes: nothing was done");
            }
            params.addProperty(name, Base64.getEncoder().encodeToString(bytes));
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static byte[] passphrase(Path file) throws UsageException {
        byte[] read = SecretInput.file(file, MAX_PASSPHRASE_BYTES + 2);
        byte[] passphrase = Arrays.copyOf(read, SecretInput.withoutLineEnd(read));
        Arrays.fill(read, (byte) 0);
        return passphrase;
    }

    private static byte[] key(Path file) throws UsageException {
        refuseReadableByOthers(file);
        byte[] key = SecretInput.file(file, KEY_BYTES);
        if (key.length != KEY_BYTES) {
            Arrays.fill(key, (byte) 0);
            throw new UsageException(file + " has " + (key.length > KEY_BYTES ? "more" : "fewer") + " than " + KEY_BYTES
                    + " bytes: a key file is made by (umask 077; head -c 32 /dev/urandom > " + file.getFileName()
                    + ")");
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
