package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;

/**
 * An open vault: versions of secrets by name, sealed on the disk; for any thread.
 *
 * <p>A change that returns has reached the disk. One that throws IOException may or may not be there after a restart;
 * until then the vault answers as if it were not, except after destroying.
 */
public final class Vault implements AutoCloseable {
    /** Most marks of deletion before the file is rewritten without them. */
    private static final int MAX_MARKS = 1_000;

    private static final Secret NO_VALUE = Secret.owning(new byte[0]);

    private final VaultStore store;
    private final VaultFile file;
    private VaultKeys keys;
    private VaultIndex index;
    private boolean closed;

    Vault(VaultStore store, VaultKeys keys, VaultFile file, VaultIndex index) {
        this.store = store;
        this.keys = keys;
        this.file = file;
        this.index = index;
    }

    /**
     * Version with its value, which the caller wipes.
     *
     * @param sequence distinguishes it from one of the same name and number before a destroy
     */
    public record Version(SecretInfo info, long sequence, Secret value) {}

    /**
     * Sets a secret's next version; a canary's next version must be a canary. The value stays the caller's to wipe.
     *
     * @throws RpcException when a limit is exceeded
     * @throws IOException when the vault cannot be written
     */
    public synchronized SecretInfo set(SecretName name, Secret value, boolean canary) throws RpcException, IOException {
        requireOpen();
        requireValue(value);
        if (!canary && isCanary(name)) {
            throw new RpcException(
                    VaultReason.CANARY, name + " is a canary; set it as one, or destroy it first to make it a secret");
        }
        append(SealedRecord.Kind.VALUE, canary, index.nextVersion(name), name, value);
        return info(name);
    }

    /** Hides a secret with all its versions, until it is undeleted or set. */
    public synchronized void delete(SecretName name) throws RpcException, IOException {
        if (entry(name).isDeleted()) {
            throw new RpcException(VaultReason.SECRET_DELETED, name + " is deleted already");
        }
        mark(SealedRecord.Kind.DELETED, name);
    }

    /** Brings a deleted secret back. */
    public synchronized SecretInfo undelete(SecretName name) throws RpcException, IOException {
        if (!entry(name).isDeleted()) {
            throw new RpcException(VaultReason.SECRET_NOT_DELETED, name + " is not deleted");
        }
        mark(SealedRecord.Kind.UNDELETED, name);
        return info(name);
    }

    /**
     * Removes the value of one version, or the secret with its history, from the file for ever.
     *
     * @return number of removed values
     */
    public synchronized int destroy(SecretName name, Optional<Integer> version) throws RpcException, IOException {
        VaultIndex.Entry entry = entry(name);
        if (version.isEmpty()) {
            rewrite(head ->
                    head.name().equals(name) ? VaultRewrite.Disposition.VANISHES : VaultRewrite.Disposition.STAYS);
            return entry.places().size();
        }
        int doomed = entry.undestroyed(version).version();
        rewrite(head -> head.name().equals(name) && head.version() == doomed
                ? VaultRewrite.Disposition.DESTROYED
                : VaultRewrite.Disposition.STAYS);
        return 1;
    }

    /**
     * The value of a version, by default the newest.
     *
     * @throws RpcException when it does not exist, or the record was changed
     * @throws IOException when the file cannot be read
     */
    public synchronized Version get(SecretName name, Optional<Integer> version) throws RpcException, IOException {
        VaultIndex.Entry entry = entry(name);
        if (entry.isDeleted()) {
            throw new RpcException(VaultReason.SECRET_DELETED, name + " is deleted; undelete it first");
        }
        VaultIndex.Place place = entry.undestroyed(version);
        return new Version(entry.info(place), place.sequence(), file.open(keys, name, place));
    }

    /**
     * The value for a lease to an agent.
     *
     * @throws RpcException as {@link #get(SecretName, Optional)}; CANARY for a canary
     */
    public synchronized Version lend(SecretName name, Optional<Integer> version) throws RpcException, IOException {
        refuseCanary(name);
        return get(name, version);
    }

    /**
     * The leased value, and no later one that has its name and number now.
     *
     * @throws RpcException as {@link #lend(SecretName, Optional)}; VERSION_DESTROYED also when all of the name was
     */
    public synchronized Version lend(SecretName name, int version, long sequence) throws RpcException, IOException {
        refuseCanary(name);
        if (index.find(name).filter(entry -> entry.holds(sequence)).isPresent()) {
            return get(name, Optional.of(version));
        }
        throw new RpcException(
                VaultReason.VERSION_DESTROYED, name + " as it was leased is destroyed; start the agent anew");
    }

    /**
     * Refuses names of canaries, whichever version is requested.
     *
     * @throws RpcException CANARY
     */
    public synchronized void refuseCanary(SecretName name) throws RpcException {
        if (isCanary(name)) {
            throw new RpcException(
                    VaultReason.CANARY, name + " is a canary, which nobody may have; find out what asked for it");
        }
    }

    /**
     * Tells whether the name is a canary's: any version of it that is not destroyed, also when the secret is deleted.
     */
    public synchronized boolean isCanary(SecretName name) throws RpcException {
        requireOpen();
        return index.find(name).filter(VaultIndex.Entry::isCanary).isPresent();
    }

    /**
     * The newest version of each secret, in the order of names.
     *
     * @param after only names after this one
     * @param max at most so many
     * @param deleted whether deleted and destroyed ones are included
     */
    public synchronized List<SecretInfo> list(Optional<SecretName> after, int max, boolean deleted)
            throws RpcException {
        requireOpen();
        return index.list(after, max, deleted);
    }

    /** All versions of a secret, newest first. */
    public synchronized List<SecretInfo> history(SecretName name) throws RpcException {
        return entry(name).history();
    }

    /**
     * Rewrites the vault with the slots that stay and new ones.
     *
     * @param wrapped credentials of the new slots, by the slots' numbers
     * @param newDataKey whether to use another data key: then no slot can stay
     */
    synchronized void rekey(List<KeySlot> stay, SortedMap<Integer, Credential> wrapped, boolean newDataKey)
            throws RpcException, IOException {
        requireOpen();
        VaultKeys old = keys;
        VaultKeys next = newDataKey
                ? new VaultKeys(keys.vaultId(), Secret.owning(store.random().bytes(VaultCrypto.KEY_BYTES)))
                : keys;
        try {
            List<KeySlot> all = new ArrayList<>(stay);
            for (Map.Entry<Integer, Credential> one : wrapped.entrySet()) {
                all.add(store.wrap(one.getValue(), one.getKey(), next));
            }
            rewrite(file.header().next(all), next, head -> VaultRewrite.Disposition.STAYS);
        } finally {
            if (newDataKey) {
                (keys == next ? old : next).close();
            }
        }
    }

    /** Rewrites the vault with these slots. */
    synchronized void replaceSlots(List<KeySlot> slots) throws RpcException, IOException {
        requireOpen();
        rewrite(file.header().next(slots), keys, head -> VaultRewrite.Disposition.STAYS);
    }

    /**
     * Writes all versions into a file that is a vault of its own, opened by the credential.
     *
     * @return its length in bytes
     */
    public synchronized long export(String name, Credential credential) throws RpcException, IOException {
        requireOpen();
        byte[] vaultId = store.random().bytes(VaultHeader.VAULT_ID_BYTES);
        try (VaultKeys to = new VaultKeys(vaultId, Secret.owning(store.random().bytes(VaultCrypto.KEY_BYTES)))) {
            VaultHeader header = new VaultHeader(vaultId, 1, List.of(store.wrap(credential, 1, to)));
            return store.orDiscard(name, () -> {
                VaultRewrite rewrite = VaultRewrite.begin(store, name, header, keys, to, file);
                rewrite.copy(file, index, head -> VaultRewrite.Disposition.STAYS);
                return rewrite.finish().length();
            });
        }
    }

    /**
     * Adds another vault's secrets, all or none, and closes it.
     *
     * @param overwrite whether the newest value of a secret whose name is taken becomes that one's next version
     * @return what was added, with the vault's new length
     */
    synchronized Size importFrom(VaultImport other, boolean overwrite) throws RpcException, IOException {
        try (other) {
            requireOpen();
            Size before = size();
            VaultHeader next = file.header().next(file.header().slots());
            int secrets = store.orDiscard(VaultFile.NEW_NAME, () -> {
                VaultRewrite rewrite = VaultRewrite.begin(store, VaultFile.NEW_NAME, next, keys, keys, file);
                rewrite.copy(file, index, head -> VaultRewrite.Disposition.STAYS);
                int added = other.addTo(rewrite, index, overwrite);
                file.replace(next, rewrite.finish(), () -> index = rewrite.index());
                return added;
            });
            return new Size(
                    secrets, index.versions() - before.versions(), file.commit().length());
        }
    }

    /** Size of the vault. */
    public record Size(int secrets, int versions, long bytes) {}

    public synchronized Size size() {
        return new Size(index.secrets(), index.versions(), file.commit().length());
    }

    synchronized VaultHeader header() {
        return file.header();
    }

    public synchronized byte[] vaultId() {
        return keys.vaultId();
    }

    /** Wipes the keys; no call succeeds afterwards. */
    @Override
    public synchronized void close() {
        closed = true;
        keys.close();
    }

    private void append(SealedRecord.Kind kind, boolean canary, int version, SecretName name, Secret value)
            throws RpcException, IOException {
        if (file.isUncertain() || index.idleMarks() > MAX_MARKS) {
            rewrite(head -> VaultRewrite.Disposition.STAYS);
        }
        long now = store.clock().instant().getEpochSecond();
        SealedRecord.Head head = new SealedRecord.Head(file.commit().nextSequence(), kind, canary, version, now, name);
        SealedRecord record = SealedRecord.seal(keys, store.random(), head, value);
        if (file.commit().length() + record.length() > VaultLimits.MAX_FILE_BYTES) {
            throw VaultFile.full();
        }
        try {
            index.add(record, file.append(keys, record));
        } catch (MalformedException e) {
            throw new IllegalStateException("the record just written is none", e);
        }
    }

    private void mark(SealedRecord.Kind kind, SecretName name) throws RpcException, IOException {
        append(kind, false, 0, name, NO_VALUE);
    }

    private void rewrite(VaultRewrite.RecordFilter filter) throws RpcException, IOException {
        rewrite(file.header().next(file.header().slots()), keys, filter);
    }

    private void rewrite(VaultHeader next, VaultKeys nextKeys, VaultRewrite.RecordFilter filter)
            throws RpcException, IOException {
        store.orDiscard(VaultFile.NEW_NAME, () -> {
            VaultRewrite rewrite = VaultRewrite.begin(store, VaultFile.NEW_NAME, next, keys, nextKeys, file);
            rewrite.copy(file, index, filter);
            file.replace(next, rewrite.finish(), () -> {
                index = rewrite.index();
                keys = nextKeys;
            });
            return rewrite;
        });
    }

    private VaultIndex.Entry entry(SecretName name) throws RpcException {
        requireOpen();
        return index.entry(name);
    }

    private SecretInfo info(SecretName name) throws RpcException {
        VaultIndex.Entry entry = entry(name);
        return entry.info(entry.newest());
    }

    private static void requireValue(Secret value) throws RpcException {
        if (value.length() == 0) {
            throw new RpcException(VaultReason.VALUE_EMPTY, "the value has no bytes; delete the secret instead");
        }
        if (value.length() > VaultContract.MAX_VALUE_BYTES) {
            throw new RpcException(
                    VaultReason.VALUE_TOO_LARGE,
                    "the value has " + value.length() + " bytes, a secret at most " + VaultContract.MAX_VALUE_BYTES);
        }
    }

    private void requireOpen() throws RpcException {
        if (closed) {
            throw new RpcException(VaultReason.VAULT_SEALED, "the vault is sealed; nullctl vault unseal opens it");
        }
    }
}
