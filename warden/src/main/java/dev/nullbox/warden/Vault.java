package dev.nullbox.warden;

import java.io.IOException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An open vault: secrets by name, each sealed in memory as it is in the file; for any thread.
 *
 * <p>A change that returns has reached the disk. One that throws IOException may or may not be there after a restart;
 * until then the vault answers as if it were not.
 */
public final class Vault implements AutoCloseable {
    private final VaultStore store;
    private final InstantSource clock;
    private final VaultKeys keys;
    private final List<KeySlot> slots;
    private VaultHeader header;
    private Map<SecretName, SealedRecord> records;
    private boolean closed;

    Vault(
            VaultStore store,
            InstantSource clock,
            VaultKeys keys,
            VaultCodec.Contents contents,
            Map<SecretName, SealedRecord> records) {
        this.store = store;
        this.clock = clock;
        this.keys = keys;
        this.slots = contents.slots();
        this.header = contents.header();
        this.records = records;
    }

    /**
     * Sets a secret, which may replace an older value; the value stays the caller's to wipe.
     *
     * @throws VaultException when a limit is passed
     * @throws IOException when the vault cannot be written
     */
    public synchronized SecretInfo set(SecretName name, Secret value) throws VaultException, IOException {
        requireOpen();
        if (value.length() == 0) {
            throw new VaultException(VaultCode.VALUE_EMPTY, "the value has no bytes; delete the secret instead");
        }
        if (value.length() > VaultLimits.MAX_VALUE_BYTES) {
            throw new VaultException(
                    VaultCode.VALUE_TOO_LARGE,
                    "the value has " + value.length() + " bytes, a secret at most " + VaultLimits.MAX_VALUE_BYTES);
        }
        Optional<SecretInfo> older = Optional.ofNullable(records.get(name)).map(SealedRecord::info);
        if (older.isEmpty() && records.size() >= VaultLimits.MAX_SECRETS) {
            throw new VaultException(
                    VaultCode.TOO_MANY_SECRETS,
                    "the vault has " + VaultLimits.MAX_SECRETS + " secrets, which is all; delete some first");
        }
        int version = older.isEmpty() ? 1 : Math.incrementExact(older.get().version());
        long now = clock.instant().getEpochSecond();
        SealedRecord record = SealedRecord.seal(keys, store.random(), header.nextSequence(), version, now, name, value);
        Map<SecretName, SealedRecord> changed = new LinkedHashMap<>(records);
        changed.remove(name);
        changed.put(name, record);
        write(header.next(1), changed);
        return record.info();
    }

    /**
     * Deletes a secret; false when there is none.
     *
     * @throws IOException when the vault cannot be written
     */
    public synchronized boolean delete(SecretName name) throws VaultException, IOException {
        requireOpen();
        if (!records.containsKey(name)) {
            return false;
        }
        Map<SecretName, SealedRecord> changed = new LinkedHashMap<>(records);
        changed.remove(name);
        write(header.next(0), changed);
        return true;
    }

    /** A secret's value, the caller's to wipe. */
    public synchronized Optional<Secret> get(SecretName name) throws VaultException {
        requireOpen();
        SealedRecord record = records.get(name);
        if (record == null) {
            return Optional.empty();
        }
        return Optional.of(record.open(keys)
                .orElseThrow(() -> new VaultException(
                        VaultCode.TAMPERED, "the record of " + name + " changed in memory; restart the appliance")));
    }

    /** All secrets by name, without their values. */
    public synchronized List<SecretInfo> list() throws VaultException {
        requireOpen();
        return records.values().stream()
                .map(SealedRecord::info)
                .sorted((a, b) -> a.name().compareTo(b.name()))
                .toList();
    }

    /** How many secrets. */
    public synchronized int size() {
        return records.size();
    }

    /** How often the vault has been written. */
    public synchronized long generation() {
        return header.generation();
    }

    /** Wipes the keys; nothing can be asked afterwards. */
    @Override
    public synchronized void close() {
        closed = true;
        keys.close();
    }

    private void write(VaultHeader next, Map<SecretName, SealedRecord> changed) throws VaultException, IOException {
        VaultCodec.Contents contents = new VaultCodec.Contents(next, slots, new ArrayList<>(changed.values()));
        long length = VaultCodec.length(contents.slots(), contents.records());
        if (length > VaultLimits.MAX_FILE_BYTES) {
            throw new VaultException(
                    VaultCode.VAULT_FULL,
                    "the vault would have " + length + " bytes, at most " + VaultLimits.MAX_FILE_BYTES
                            + " are allowed; delete some secrets first");
        }
        store.write(VaultCodec.encode(keys, contents));
        header = next;
        records = changed;
    }

    private void requireOpen() throws VaultException {
        if (closed) {
            throw new VaultException(VaultCode.VAULT_CLOSED, "the vault has been closed; warden is stopping");
        }
    }
}
