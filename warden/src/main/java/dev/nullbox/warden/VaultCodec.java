package dev.nullbox.warden;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * The vault file, format version 1; integers are unsigned and big-endian.
 *
 * <pre>
 * offset bytes
 *      0     8  magic "NBVAULT\n"
 *      8     2  format version, 1
 *     10     2  key slots, 1 to 8
 *     12     4  records, 0 to 10,000
 *     16     8  bytes of the whole file
 *     24    16  vault id, random, for the vault's life
 *     40     8  generation: how often the vault has been written
 *     48     8  the next record's sequence number
 *     56        key slots, each:
 *            1    kind, 1 = key file
 *            1    zero
 *            2    bytes of the body that follows; for a key file 76:
 *           16      key id = HKDF(key file, salt vault id, info "nullbox vault 1 key file id"), first 16 bytes
 *           12      nonce
 *           48      AES-256-GCM(HKDF(key file, salt vault id, info "nullbox vault 1 key file wrap"), data key),
 *                   associated: magic, format version, vault id, kind, slot's index (2 bytes)
 *               records in the order of their sequence numbers, each:
 *            8    sequence number, from 1, never used twice
 *            4    version of the secret, from 1
 *            8    created, seconds since 1970-01-01 UTC
 *            2    flags, zero
 *            2    bytes of the name, 1 to 64
 *                 name, ASCII
 *           16    salt
 *           12    nonce
 *            4    bytes of ciphertext and tag, 17 to 65,552
 *                 AES-256-GCM(HKDF(data key, salt, info "nullbox vault 1 record"), value),
 *                 associated: magic, format version, vault id, sequence number to name
 *           32  HMAC-SHA-256 of all bytes before, key HKDF(data key, salt vault id, info "nullbox vault 1 file")
 * </pre>
 *
 * <p>The records' tags tell of a changed record, the code at the end of everything else: a record gone, swapped or rolled
 * back by itself, a slot added, a count changed. A whole older file in place of a newer is not told apart.
 */
final class VaultCodec {
    static final int VERSION = 1;
    static final int MAGIC_BYTES = 8;
    static final int VAULT_ID_BYTES = 16;

    private static final int HEADER_BYTES = 56;
    private static final String MAGIC = "NBVAULT\n";

    private VaultCodec() {}

    /** What a vault file says, whether it is authentic or not. */
    record Contents(VaultHeader header, List<KeySlot> slots, List<SealedRecord> records) {
        Contents {
            slots = List.copyOf(slots);
            records = List.copyOf(records);
        }
    }

    /** What came of reading a file. */
    sealed interface Parsed {
        record Whole(Contents contents) implements Parsed {}

        record Unreadable(VaultOpenResult.Refused why) implements Parsed {}
    }

    static byte[] magic() {
        return MAGIC.getBytes(StandardCharsets.US_ASCII);
    }

    /** How long the file will be. */
    static long length(List<KeySlot> slots, List<SealedRecord> records) {
        long length = HEADER_BYTES + VaultCrypto.MAC_BYTES;
        for (KeySlot slot : slots) {
            length += slot.length();
        }
        for (SealedRecord record : records) {
            length += record.length();
        }
        return length;
    }

    /** The file. */
    static byte[] encode(VaultKeys keys, Contents contents) {
        int length = Math.toIntExact(length(contents.slots(), contents.records()));
        ByteBuffer file = ByteBuffer.allocate(length);
        file.put(magic()).putShort((short) VERSION);
        file.putShort((short) contents.slots().size());
        file.putInt(contents.records().size());
        file.putLong(length).put(keys.vaultId());
        file.putLong(contents.header().generation()).putLong(contents.header().nextSequence());
        contents.slots().forEach(slot -> slot.put(file));
        contents.records().forEach(record -> record.put(file));
        file.put(VaultCrypto.mac(keys.file(), file.array(), file.position()));
        return file.array();
    }

    /** Whether the code at the end is the one of these bytes. */
    static boolean isAuthentic(VaultKeys keys, byte[] file) {
        int end = file.length - VaultCrypto.MAC_BYTES;
        byte[] found = Arrays.copyOfRange(file, end, file.length);
        return MessageDigest.isEqual(found, VaultCrypto.mac(keys.file(), file, end));
    }

    /** Reads a file; says nothing of its authenticity. */
    static Parsed parse(byte[] bytes) {
        Optional<VaultOpenResult.Refused> unfit = checkFrame(bytes);
        if (unfit.isPresent()) {
            return new Parsed.Unreadable(unfit.get());
        }
        try {
            return new Parsed.Whole(contents(ByteBuffer.wrap(bytes, 0, bytes.length - VaultCrypto.MAC_BYTES)));
        } catch (MalformedException e) {
            return new Parsed.Unreadable(new VaultOpenResult.Tampered(e.where()));
        }
    }

    private static Optional<VaultOpenResult.Refused> checkFrame(byte[] bytes) {
        byte[] begin = Arrays.copyOf(bytes, Math.min(bytes.length, MAGIC_BYTES));
        if (!Arrays.equals(begin, Arrays.copyOf(magic(), begin.length))) {
            return Optional.of(new VaultOpenResult.NotAVault());
        }
        ByteBuffer file = ByteBuffer.wrap(bytes);
        if (bytes.length >= MAGIC_BYTES + 2) {
            int version = Short.toUnsignedInt(file.getShort(MAGIC_BYTES));
            if (version != VERSION) {
                return Optional.of(new VaultOpenResult.WrongVersion(version));
            }
        }
        if (bytes.length < HEADER_BYTES) {
            return Optional.of(new VaultOpenResult.Truncated(HEADER_BYTES, bytes.length));
        }
        long length = file.getLong(16);
        if (length < HEADER_BYTES + VaultCrypto.MAC_BYTES || length > VaultLimits.MAX_FILE_BYTES) {
            return Optional.of(new VaultOpenResult.Tampered("length"));
        }
        if (bytes.length < length) {
            return Optional.of(new VaultOpenResult.Truncated(length, bytes.length));
        }
        return bytes.length > length
                ? Optional.of(new VaultOpenResult.TrailingBytes(bytes.length - length))
                : Optional.empty();
    }

    private static Contents contents(ByteBuffer file) throws MalformedException {
        file.position(MAGIC_BYTES + 2);
        int slotCount = Short.toUnsignedInt(file.getShort());
        int recordCount = file.getInt();
        require(slotCount >= 1 && slotCount <= VaultLimits.MAX_SLOTS, "count of key slots");
        require(recordCount >= 0 && recordCount <= VaultLimits.MAX_SECRETS, "count of records");
        file.getLong();
        byte[] vaultId = take(file, VAULT_ID_BYTES);
        VaultHeader header = new VaultHeader(vaultId, file.getLong(), file.getLong());
        List<KeySlot> slots = new ArrayList<>();
        for (int i = 0; i < slotCount; i++) {
            slots.add(KeySlot.get(file));
        }
        List<SealedRecord> records = new ArrayList<>();
        for (int i = 0; i < recordCount; i++) {
            records.add(SealedRecord.get(file));
        }
        require(!file.hasRemaining(), "space between records and end");
        return new Contents(header, slots, records);
    }

    static byte[] take(ByteBuffer file, int count) {
        byte[] bytes = new byte[count];
        file.get(bytes);
        return bytes;
    }

    static void need(ByteBuffer file, int bytes, String where) throws MalformedException {
        require(file.remaining() >= bytes, where);
    }

    static void require(boolean holds, String where) throws MalformedException {
        if (!holds) {
            throw new MalformedException(where);
        }
    }

    /** The bytes cannot have been written by a vault. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1L;

        private final String where;

        MalformedException(String where) {
            super(where);
            this.where = where;
        }

        String where() {
            return where;
        }
    }
}
