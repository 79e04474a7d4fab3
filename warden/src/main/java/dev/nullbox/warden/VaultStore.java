package dev.nullbox.warden;

import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * A directory with a vault in it: {@code vault}, and {@code vault.key}, which opens it.
 *
 * <p>The key file is 32 random bytes of mode 0400, made when there is neither. It lies beside the vault, so it protects
 * from nothing that can read the data partition; slots for a passphrase or an enrolled key take its place later.
 */
public final class VaultStore {
    static final String VAULT = "vault";
    static final String KEY = "vault.key";

    private final VaultFiles files;
    private final RandomSource random;
    private final InstantSource clock;

    VaultStore(VaultFiles files, RandomSource random, InstantSource clock) {
        this.files = files;
        this.random = random;
        this.clock = clock;
    }

    /** The store in a directory that is there already and is warden's alone. */
    public static VaultStore in(Path directory, RandomSource random, InstantSource clock) {
        return new VaultStore(new DirectoryFiles(directory), random, clock);
    }

    /**
     * Opens the vault, or makes one where there is none.
     *
     * @throws IOException when files cannot be read or written
     */
    public VaultOpenResult open() throws IOException {
        Optional<byte[]> vault;
        try {
            vault = files.read(VAULT, VaultLimits.MAX_FILE_BYTES);
        } catch (VaultFiles.FileTooLargeException e) {
            return new VaultOpenResult.TooLarge(e.bytes());
        }
        Optional<byte[]> keyFile;
        try {
            keyFile = files.read(KEY, VaultCrypto.KEY_BYTES);
        } catch (VaultFiles.FileTooLargeException e) {
            return new VaultOpenResult.KeyMalformed((int) Math.min(e.bytes(), Integer.MAX_VALUE));
        }
        if (keyFile.isPresent() && keyFile.get().length != VaultCrypto.KEY_BYTES) {
            return new VaultOpenResult.KeyMalformed(keyFile.get().length);
        }
        if (keyFile.isEmpty() && vault.isPresent()) {
            return new VaultOpenResult.KeyMissing();
        }
        try (Secret key = Secret.owning(keyFile.isPresent() ? keyFile.get() : newKey())) {
            return vault.isPresent() ? open(vault.get(), key) : create(key);
        }
    }

    RandomSource random() {
        return random;
    }

    void write(byte[] vault) throws IOException {
        files.replace(VAULT, vault, false);
    }

    private byte[] newKey() throws IOException {
        byte[] key = random.bytes(VaultCrypto.KEY_BYTES);
        files.replace(KEY, key, true);
        return key;
    }

    private VaultOpenResult create(Secret key) throws IOException {
        byte[] vaultId = random.bytes(VaultCodec.VAULT_ID_BYTES);
        Secret dataKey = Secret.owning(random.bytes(VaultCrypto.KEY_BYTES));
        KeySlot slot = KeySlot.forKeyFile(key, dataKey, vaultId, 0, random);
        VaultCodec.Contents contents =
                new VaultCodec.Contents(new VaultHeader(vaultId, 1, 1), List.of(slot), List.of());
        VaultKeys keys = new VaultKeys(vaultId, dataKey);
        write(VaultCodec.encode(keys, contents));
        return new VaultOpenResult.Opened(new Vault(this, clock, keys, contents, new LinkedHashMap<>()), true);
    }

    private VaultOpenResult open(byte[] file, Secret key) {
        return switch (VaultCodec.parse(file)) {
            case VaultCodec.Parsed.Unreadable(VaultOpenResult.Refused why) -> why;
            case VaultCodec.Parsed.Whole(VaultCodec.Contents contents) -> open(file, key, contents);
        };
    }

    private VaultOpenResult open(byte[] file, Secret key, VaultCodec.Contents contents) {
        byte[] vaultId = contents.header().vaultId();
        for (int i = 0; i < contents.slots().size(); i++) {
            KeySlot slot = contents.slots().get(i);
            if (slot.belongsTo(key, vaultId)) {
                Optional<Secret> dataKey = slot.unwrap(key, vaultId, i);
                return dataKey.isPresent()
                        ? open(file, new VaultKeys(vaultId, dataKey.get()), contents)
                        : new VaultOpenResult.Tampered("key slot");
            }
        }
        return new VaultOpenResult.WrongKey();
    }

    private VaultOpenResult open(byte[] file, VaultKeys keys, VaultCodec.Contents contents) {
        Optional<Map<SecretName, SealedRecord>> records =
                VaultCodec.isAuthentic(keys, file) ? index(keys, contents) : Optional.empty();
        if (records.isEmpty()) {
            keys.close();
            return new VaultOpenResult.Tampered("authentication code");
        }
        return new VaultOpenResult.Opened(new Vault(this, clock, keys, contents, records.get()), false);
    }

    /** The records by name, when each opens, is in order and is its name's only one. */
    private static Optional<Map<SecretName, SealedRecord>> index(VaultKeys keys, VaultCodec.Contents contents) {
        Map<SecretName, SealedRecord> records = new LinkedHashMap<>();
        long last = 0;
        for (SealedRecord record : contents.records()) {
            Optional<Secret> value = record.open(keys);
            value.ifPresent(Secret::close);
            boolean inOrder = record.sequence() > last
                    && record.sequence() < contents.header().nextSequence();
            if (value.isEmpty() || !inOrder || records.put(record.name(), record) != null) {
                return Optional.empty();
            }
            last = record.sequence();
        }
        return Optional.of(records);
    }
}
