package dev.nullbox.warden;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/** A directory that holds a vault, or will. Nothing in it opens the vault. */
public final class VaultStore {
    private final VaultFiles files;
    private final RandomSource random;
    private final InstantSource clock;
    private final Argon2Cost cost;

    VaultStore(VaultFiles files, RandomSource random, InstantSource clock, Argon2Cost cost) {
        this.files = files;
        this.random = random;
        this.clock = clock;
        this.cost = cost;
    }

    /** The store in a directory that is there already and is warden's alone. */
    public static VaultStore in(Path directory, RandomSource random, InstantSource clock) {
        return new VaultStore(new DirectoryFiles(directory), random, clock, Argon2Cost.RECOMMENDED);
    }

    /** What lies in the directory, as far as it can be told without a key. */
    sealed interface Found {
        /** No vault. */
        record Nothing() implements Found {}

        /** A vault. */
        record Sealed(VaultHeader header) implements Found {}

        /** A file that no key will open. */
        record Unreadable(VaultOpenResult.Refused why) implements Found {}
    }

    Found find() throws IOException {
        return find(VaultFile.NAME);
    }

    private Found find(String name) throws IOException {
        OptionalLong size = files.size(name);
        if (size.isEmpty()) {
            return new Found.Nothing();
        }
        byte[] begin = files.read(name, 0, (int) Math.min(size.getAsLong(), VaultFile.RECORDS_AT));
        return switch (VaultHeader.parse(begin)) {
            case VaultHeader.Parsed.Whole(VaultHeader header) -> new Found.Sealed(header);
            case VaultHeader.Parsed.Unreadable(VaultOpenResult.Refused why) -> new Found.Unreadable(why);
        };
    }

    /** Makes a new vault, which each of the credentials opens; they stay the caller's to wipe. */
    Vault create(List<Credential> credentials) throws IOException {
        byte[] vaultId = random.bytes(VaultHeader.VAULT_ID_BYTES);
        VaultKeys keys = new VaultKeys(vaultId, Secret.owning(random.bytes(VaultCrypto.KEY_BYTES)));
        return orWipe(keys, () -> {
            List<KeySlot> slots = new ArrayList<>();
            for (Credential credential : credentials) {
                slots.add(wrap(credential, slots.size() + 1, keys));
            }
            VaultHeader header = new VaultHeader(vaultId, 1, slots);
            Commit commit = orDiscard(VaultFile.NEW_NAME, () -> {
                Commit written = new VaultWriter(files, VaultFile.NEW_NAME, header, keys).finish(1);
                files.rename(VaultFile.NEW_NAME, VaultFile.NAME);
                return written;
            });
            files.syncDirectory();
            return new Vault(this, keys, new VaultFile(files, header, commit), new VaultIndex());
        });
    }

    /** What makes something out of keys, or a file. */
    @FunctionalInterface
    interface Use<T, E extends Exception> {
        T apply() throws E, IOException;
    }

    /** What takes the keys over; they are wiped when it fails. */
    private static <T, E extends Exception> T orWipe(VaultKeys keys, Use<T, E> use) throws E, IOException {
        return orElse(keys::close, use);
    }

    /** What writes a file of the name and gives it another, or leaves it; the file is removed when that fails. */
    <T, E extends Exception> T orDiscard(String name, Use<T, E> use) throws E, IOException {
        return orElse(() -> discard(name), use);
    }

    private static <T, E extends Exception> T orElse(Runnable undo, Use<T, E> use) throws E, IOException {
        boolean made = false;
        try {
            T result = use.apply();
            made = true;
            return result;
        } finally {
            if (!made) {
                undo.run();
            }
        }
    }

    /** Removes a file that is of no use any more; one that stays is removed before the next takes its place. */
    void discard(String name) {
        try {
            files.delete(name);
        } catch (IOException e) {
            System.err.println("warden: " + name + " was not removed: " + e.getMessage());
        }
    }

    /** Opens the vault; the credential stays the caller's to wipe. */
    VaultOpenResult open(Credential credential) throws IOException {
        return switch (find()) {
            case Found.Nothing() -> throw new IOException("there is no vault");
            case Found.Unreadable(VaultOpenResult.Refused why) -> why;
            case Found.Sealed(VaultHeader header) ->
                switch (unlock(header, credential)) {
                    case Unlocked.Not(VaultOpenResult.Refused why) -> why;
                    case Unlocked.By(VaultKeys keys, int slot) -> open(header, keys, slot);
                };
        };
    }

    /** Takes the keys over. */
    VaultOpenResult open(VaultHeader header, VaultKeys keys, int slot) throws IOException {
        return orWipe(keys, () -> switch (new VaultOpener(files, VaultFile.NAME, header, keys).read()) {
            case VaultOpener.Read.Refused(VaultOpenResult.Refused why) -> {
                keys.close();
                yield why;
            }
            case VaultOpener.Read.Whole(Commit commit, VaultIndex index) -> {
                files.delete(VaultFile.NEW_NAME);
                yield new VaultOpenResult.Opened(
                        new Vault(this, keys, new VaultFile(files, header, commit), index), slot);
            }
        });
    }

    /**
     * Opens another vault's file for its contents; the credential stays the caller's to wipe.
     *
     * @throws VaultException when it is not a whole vault that the credential opens
     */
    VaultImport openForImport(String name, Credential credential) throws VaultException, IOException {
        return switch (find(name)) {
            case Found.Nothing() -> throw notImported(new VaultOpenResult.NotAVault());
            case Found.Unreadable(VaultOpenResult.Refused why) -> throw notImported(why);
            case Found.Sealed(VaultHeader header) ->
                switch (unlock(header, credential)) {
                    case Unlocked.Not(VaultOpenResult.Refused why) -> throw notImported(why);
                    case Unlocked.By(VaultKeys keys, int _) -> openForImport(name, header, keys);
                };
        };
    }

    /** Takes the keys over. */
    VaultImport openForImport(String name, VaultHeader header, VaultKeys keys) throws VaultException, IOException {
        return orWipe(keys, () -> switch (new VaultOpener(files, name, header, keys).read()) {
            case VaultOpener.Read.Whole(Commit commit, VaultIndex index) ->
                new VaultImport(new VaultReader(files, name, commit.length()), keys, index);
            case VaultOpener.Read.Refused(VaultOpenResult.Refused why) -> throw notImported(why);
        });
    }

    private static VaultException notImported(VaultOpenResult.Refused why) {
        return new VaultException(why.code(), "the imported file is refused: " + why.message());
    }

    /** What came of a credential and a header. */
    sealed interface Unlocked {
        /** These are the keys. */
        record By(VaultKeys keys, int slot) implements Unlocked {}

        record Not(VaultOpenResult.Refused why) implements Unlocked {}
    }

    /** Tries the credential on each slot. */
    static Unlocked unlock(VaultHeader header, Credential credential) {
        for (KeySlot slot : header.slots()) {
            switch (slot.open(credential, header.vaultId())) {
                case KeySlot.Tried.Opens(Secret dataKey) -> {
                    return new Unlocked.By(new VaultKeys(header.vaultId(), dataKey), slot.number());
                }
                case KeySlot.Tried.Broken() -> {
                    return new Unlocked.Not(new VaultOpenResult.Tampered("key slot " + slot.number()));
                }
                case KeySlot.Tried.NotThisOne() -> {}
            }
        }
        return new Unlocked.Not(new VaultOpenResult.WrongKey());
    }

    KeySlot wrap(Credential credential, int number, VaultKeys keys) throws IOException {
        return KeySlot.wrap(credential, number, cost, keys.vaultId(), keys.data(), random);
    }

    VaultFiles files() {
        return files;
    }

    RandomSource random() {
        return random;
    }

    InstantSource clock() {
        return clock;
    }
}
