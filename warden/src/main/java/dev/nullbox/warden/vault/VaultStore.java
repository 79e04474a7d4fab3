package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.LongSupplier;

/** Directory with a vault, or for one. Nothing in it opens the vault. */
public final class VaultStore {
    private final Directory files;
    private final RandomSource random;
    private final InstantSource clock;
    private final Argon2Cost cost;

    VaultStore(Directory files, RandomSource random, InstantSource clock, Argon2Cost cost) {
        this.files = files;
        this.random = random;
        this.clock = clock;
        this.cost = cost;
    }

    /** The store in an existing directory that belongs to warden alone. */
    public static VaultStore in(Path directory, RandomSource random, InstantSource clock) {
        return new VaultStore(Directory.at(directory), random, clock, Argon2Cost.RECOMMENDED);
    }

    /**
     * The header of the vault, if there is one; opens nothing.
     *
     * @throws RpcException when no key can open the file
     */
    Optional<VaultHeader> find() throws RpcException, IOException {
        return find(VaultFile.NAME);
    }

    private Optional<VaultHeader> find(String name) throws RpcException, IOException {
        OptionalLong size = files.size(name);
        return size.isEmpty()
                ? Optional.empty()
                : Optional.of(VaultHeader.parse(
                        files.read(name, 0, (int) Math.min(size.getAsLong(), VaultHeader.RECORDS_AT))));
    }

    /** Creates a vault, which each of the credentials opens; they stay the caller's to wipe. */
    Vault create(List<Credential> credentials) throws RpcException, IOException {
        byte[] vaultId = random.bytes(VaultHeader.VAULT_ID_BYTES);
        VaultKeys keys = new VaultKeys(vaultId, Secret.owning(random.bytes(VaultCrypto.KEY_BYTES)));
        return VaultAction.orElse(keys::close, () -> {
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

    /** Runs an action that writes a file and renames it, or leaves it; the file is removed when that fails. */
    <T> T orDiscard(String name, VaultAction<T> use) throws RpcException, IOException {
        return VaultAction.orElse(() -> discard(name), use);
    }

    /** Removes an unused file; if that fails, it is removed before the next one is written. */
    void discard(String name) {
        try {
            files.delete(name);
        } catch (IOException e) {
            System.err.println("warden: " + name + " was not removed: " + e.getMessage());
        }
    }

    /** Opens the vault; the credential stays the caller's to wipe. */
    VaultOpenResult open(Credential credential) throws IOException {
        try {
            VaultHeader header = find().orElseThrow(() -> new IOException("there is no vault"));
            Unlocked unlocked = unlock(header, credential);
            return new VaultOpenResult.Opened(open(header, unlocked.keys()), unlocked.slot());
        } catch (RpcException e) {
            return new VaultOpenResult.Refused(e);
        }
    }

    /** Opens the vault; takes the keys over. */
    Vault open(VaultHeader header, VaultKeys keys) throws RpcException, IOException {
        return VaultAction.orElse(keys::close, () -> {
            VaultOpener.Contents found = new VaultOpener(files, VaultFile.NAME, header, keys).read();
            files.delete(VaultFile.NEW_NAME);
            return new Vault(this, keys, new VaultFile(files, header, found.commit()), found.index());
        });
    }

    /**
     * Opens another vault's file for its contents; the credential stays the caller's to wipe.
     *
     * @throws RpcException when it is no complete vault that the credential opens
     */
    VaultImport openForImport(String name, Credential credential) throws RpcException, IOException {
        try {
            VaultHeader header = find(name).orElseThrow(VaultOpenResult::notAVault);
            return openForImport(name, header, unlock(header, credential).keys());
        } catch (RpcException e) {
            throw new RpcException(VaultReason.valueOf(e.detail()), "the imported file is refused: " + e.getMessage());
        }
    }

    /** Opens another vault's file; takes the keys over. */
    VaultImport openForImport(String name, VaultHeader header, VaultKeys keys) throws RpcException, IOException {
        return VaultAction.orElse(keys::close, () -> {
            VaultOpener.Contents found = new VaultOpener(files, name, header, keys).read();
            return new VaultImport(new VaultReader(files, name, found.commit().length()), keys, found.index());
        });
    }

    /** The keys, and the number of the slot that held them. */
    record Unlocked(VaultKeys keys, int slot) {}

    /**
     * Tries the credential on each slot.
     *
     * @throws RpcException when it opens none of them
     */
    static Unlocked unlock(VaultHeader header, Credential credential) throws RpcException {
        for (KeySlot slot : header.slots()) {
            switch (slot.open(credential, header.vaultId())) {
                case KeySlot.Tried.Opens(Secret dataKey) -> {
                    return new Unlocked(new VaultKeys(header.vaultId(), dataKey), slot.number());
                }
                case KeySlot.Tried.Broken() -> throw VaultOpenResult.tampered("key slot " + slot.number());
                case KeySlot.Tried.NotThisOne() -> {}
            }
        }
        throw new RpcException(
                VaultReason.WRONG_KEY,
                "no key slot of the vault belongs to this passphrase or key; give the right one");
    }

    KeySlot wrap(Credential credential, int number, VaultKeys keys) throws IOException {
        return KeySlot.wrap(credential, number, cost, keys.vaultId(), keys.data(), random);
    }

    /**
     * Transfers of the file that is exported or imported: one at a time.
     *
     * @param nanos as {@link System#nanoTime}
     */
    public FileTransfers transfers(LongSupplier nanos) throws IOException {
        return new FileTransfers(files, List.of("vault.transfer"), VaultLimits.MAX_FILE_BYTES, nanos);
    }

    public Directory files() {
        return files;
    }

    RandomSource random() {
        return random;
    }

    InstantSource clock() {
        return clock;
    }
}
