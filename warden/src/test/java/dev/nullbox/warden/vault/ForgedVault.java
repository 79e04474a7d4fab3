package dev.nullbox.warden.vault;

import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
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
        this(seed, 1, 1);
    }

    /** The same with so many slots, each for that key. */
    ForgedVault(long seed, int slots, long generation) throws IOException {
        random = Vaults.random(seed);
        VaultStore store = Vaults.store(new MemoryFiles(), seed);
        List<KeySlot> wrapped = new ArrayList<>();
        for (int number = 1; number <= slots; number++) {
            wrapped.add(store.wrap(Vaults.key(), number, keys));
        }
        header = new VaultHeader(VAULT_ID, generation, wrapped);
    }

    /** Adds a record of the right shape, whatever it says: its bytes, which may be changed. */
    byte[] add(SealedRecord.Head head, byte[] value) throws IOException {
        return append(head, sealed(head, value));
    }

    /** What that adds. */
    byte[] sealed(SealedRecord.Head head, byte[] value) throws IOException {
        return SealedRecord.seal(keys, random, head, Secret.owning(value.clone()))
                .bytes();
    }

    /** The same, of no time and no canary. */
    byte[] add(long sequence, SealedRecord.Kind kind, int version, SecretName name, byte[] value) throws IOException {
        return add(new SealedRecord.Head(sequence, kind, false, version, 0, name), value);
    }

    /** Adds a record that no key opens, which costs little: opening the vault takes it as the commits count it. */
    void addHollow(SealedRecord.Head head, int valueBytes) {
        append(head, hollow(head, valueBytes));
    }

    private byte[] append(SealedRecord.Head head, byte[] record) {
        records.add(record);
        highest = Math.max(highest, head.sequence());
        return record;
    }

    /** What {@link #addHollow} adds. */
    static byte[] hollow(SealedRecord.Head head, int valueBytes) {
        byte[] name = head.name().value().getBytes(StandardCharsets.US_ASCII);
        int length = SealedRecord.MIN_BYTES - 1 + name.length + valueBytes;
        ByteBuffer out = ByteBuffer.allocate(length).putInt(length).putLong(head.sequence());
        out.put(number(head.kind())).put((byte) (head.canary() ? 1 : 0));
        out.putShort((short) name.length).putInt(head.version()).putLong(head.created());
        return out.put(name).array();
    }

    /** The same as a record. */
    static SealedRecord hollowRecord(SealedRecord.Head head, int valueBytes) {
        try {
            return SealedRecord.parse(hollow(head, valueBytes));
        } catch (MalformedException e) {
            throw new AssertionError(e);
        }
    }

    private static byte number(SealedRecord.Kind kind) {
        return switch (kind) {
            case VALUE -> 1;
            case DELETED -> 2;
            case UNDELETED -> 3;
            case DESTROYED -> 4;
        };
    }

    /** The file. */
    byte[] bytes() {
        return bytes(0, highest + 1);
    }

    /** The file, with other numbers in its first commit. */
    byte[] bytes(long counter, long nextSequence) {
        byte[] chain = header.digest();
        ByteArrayOutputStream counted = new ByteArrayOutputStream();
        for (byte[] record : records) {
            chain = VaultCrypto.chain(chain, record);
            counted.writeBytes(record);
        }
        Commit commit =
                new Commit(counter, header.digest(), nextSequence, VaultHeader.RECORDS_AT + counted.size(), chain);
        Commit second = commit.again();
        ByteArrayOutputStream file = new ByteArrayOutputStream();
        file.writeBytes(header.block());
        file.writeBytes((commit.position() < second.position() ? commit : second).block(keys));
        file.writeBytes((commit.position() < second.position() ? second : commit).block(keys));
        file.writeBytes(counted.toByteArray());
        return file.toByteArray();
    }

    @Override
    public void close() {
        keys.close();
    }
}
