package dev.nullbox.warden;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** A vault's file that nobody but a holder of its key can make: records of one's choice, all counted by its commits. */
final class ForgedVault implements AutoCloseable {
    private static final byte[] VAULT_ID = new byte[VaultHeader.VAULT_ID_BYTES];

    private final VaultKeys keys = new VaultKeys(VAULT_ID, Secret.owning(new byte[VaultCrypto.KEY_BYTES]));
    private final RandomSource random;
    private final VaultHeader header;
    private final List<byte[]> records = new ArrayList<>();
    private long highest;

    /** A file that {@link Vaults#key} opens. */
    ForgedVault(long seed) throws IOException {
        random = Vaults.random(seed);
        header = new VaultHeader(
                VAULT_ID, 1, List.of(Vaults.store(new MemoryFiles(), seed).wrap(Vaults.key(), 1, keys)));
    }

    /** Adds a record of the right shape, whatever it says: its bytes, which may be changed. */
    byte[] add(long sequence, SealedRecord.Kind kind, int version, SecretName name, byte[] value) throws IOException {
        SealedRecord.Head head = new SealedRecord.Head(sequence, kind, false, version, 0, name);
        byte[] record = SealedRecord.seal(keys, random, head, Secret.owning(value.clone()))
                .bytes();
        records.add(record);
        highest = Math.max(highest, sequence);
        return record;
    }

    /** The file. */
    byte[] bytes() {
        byte[] chain = header.digest();
        ByteArrayOutputStream counted = new ByteArrayOutputStream();
        for (byte[] record : records) {
            chain = VaultCrypto.chain(chain, record);
            counted.writeBytes(record);
        }
        Commit commit = Commit.first(header, highest + 1, VaultFile.RECORDS_AT + counted.size(), chain);
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(header.block());
        file.writeBytes(commit.block(keys));
        file.writeBytes(commit.again().block(keys));
        file.writeBytes(counted.toByteArray());
        return file.toByteArray();
    }

    @Override
    public void close() {
        keys.close();
    }
}
