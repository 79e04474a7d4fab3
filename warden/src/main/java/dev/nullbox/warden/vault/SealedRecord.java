package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Record of the vault's log: a version of a secret with its value, a version whose value is destroyed, a tombstone that
 * hides a secret's versions, or the tombstone's withdrawal. Records of every kind are sealed, each under a key that is
 * derived for it alone; all kinds but the first seal an empty value. Integers are big endian.
 *
 * <pre>
 *    0  4  length of the whole record in bytes
 *    4  8  sequence number, from 1, ascending through the file
 *   12  1  kind: 1 = value, 2 = deleted, 3 = undeleted, 4 = destroyed value
 *   13  1  flags: 1 = canary, a decoy secret that nobody may have, for kinds 1 and 4 only; else 0
 *   14  2  length of the name in bytes, 1 to 64
 *   16  4  version of the secret, from 1; 0 for kinds 2 and 3
 *   20  8  created, seconds since 1970-01-01 UTC
 *   28     name, ASCII
 *      16  salt
 *      12  nonce
 *          ciphertext of the value: 1 to 65,536 bytes for kind 1, 0 bytes for kinds 2 to 4
 *      16  GCM tag
 * </pre>
 *
 * <p>Cipher: AES-256-GCM under HKDF(data key, salt, info "nullbox vault 2 record"). Additional authenticated data
 * (AAD): magic, format version and vault id of the file's header, then the record's bytes before the salt.
 */
final class SealedRecord {
    static final int FIXED_BYTES = 28;
    static final int MIN_BYTES =
            FIXED_BYTES + 1 + VaultCrypto.SALT_BYTES + VaultCrypto.NONCE_BYTES + VaultCrypto.TAG_BYTES;
    static final int MAX_BYTES = MIN_BYTES - 1 + Text.MAX_IDENTIFIER + VaultContract.MAX_VALUE_BYTES;

    private static final int CANARY = 1;
    private static final String PURPOSE = "nullbox vault 2 record";

    private final byte[] bytes;
    private final SecretName name;

    private SealedRecord(byte[] bytes, SecretName name) {
        this.bytes = bytes;
        this.name = name;
    }

    /** Kind of a record. */
    enum Kind {
        /** A version with its value. */
        VALUE(1),
        /** Tombstone: hides all versions of a secret, whose values stay, until UNDELETED or the next VALUE. */
        DELETED(2),
        /** Withdrawal of a tombstone. */
        UNDELETED(3),
        /** A version whose value was left out for good when the file was written anew. */
        DESTROYED(4);

        private final int number;

        Kind(int number) {
            this.number = number;
        }

        static Optional<Kind> of(int number) {
            return Arrays.stream(values()).filter(kind -> kind.number == number).findFirst();
        }
    }

    /**
     * Header of a record: all but the value, authenticated but not encrypted.
     *
     * @param version 0 for DELETED and UNDELETED
     * @param created seconds since 1970-01-01 UTC
     */
    record Head(long sequence, Kind kind, boolean canary, int version, long created, SecretName name) {}

    /**
     * Seals a record.
     *
     * @param value empty unless kind is VALUE; the caller keeps ownership and must wipe it
     */
    static SealedRecord seal(VaultKeys keys, RandomSource random, Head head, Secret value) throws IOException {
        byte[] name = head.name().value().getBytes(StandardCharsets.US_ASCII);
        int length = MIN_BYTES - 1 + name.length + value.length();
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(length).putLong(head.sequence());
        out.put((byte) head.kind().number).put((byte) (head.canary() ? CANARY : 0));
        out.putShort((short) name.length).putInt(head.version()).putLong(head.created());
        out.put(name);
        byte[] aad = aad(keys, out.array(), out.position());
        byte[] salt = random.bytes(VaultCrypto.SALT_BYTES);
        byte[] nonce = random.bytes(VaultCrypto.NONCE_BYTES);
        try (Secret key = VaultCrypto.derive(keys.data(), salt, PURPOSE)) {
            out.put(salt).put(nonce).put(VaultCrypto.seal(key, nonce, aad, value.bytes()));
        }
        return new SealedRecord(out.array(), head.name());
    }

    /** The value; absent when the record was changed, or sealed under other keys. */
    Optional<Secret> open(VaultKeys keys) {
        int saltAt = FIXED_BYTES + name.value().length();
        byte[] salt = Arrays.copyOfRange(bytes, saltAt, saltAt + VaultCrypto.SALT_BYTES);
        int nonceAt = saltAt + VaultCrypto.SALT_BYTES;
        byte[] nonce = Arrays.copyOfRange(bytes, nonceAt, nonceAt + VaultCrypto.NONCE_BYTES);
        byte[] sealed = Arrays.copyOfRange(bytes, nonceAt + VaultCrypto.NONCE_BYTES, bytes.length);
        try (Secret key = VaultCrypto.derive(keys.data(), salt, PURPOSE)) {
            return VaultCrypto.open(key, nonce, aad(keys, bytes, saltAt), sealed);
        }
    }

    /** Tells whether it is unchanged and sealed under these keys. */
    boolean isAuthentic(VaultKeys keys) {
        Optional<Secret> value = open(keys);
        value.ifPresent(Secret::close);
        return value.isPresent();
    }

    /**
     * Parses a record. It takes ownership of the bytes, which are not copied; nothing is decrypted.
     *
     * @throws MalformedException if they are not a valid record
     */
    static SealedRecord parse(byte[] bytes) throws MalformedException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        MalformedException.need(in, MIN_BYTES, "record below the minimum length");
        MalformedException.require(in.getInt(0) == bytes.length && bytes.length <= MAX_BYTES, "record length");
        MalformedException.require(in.getLong(4) > 0, "record sequence");
        Optional<Kind> kind = Kind.of(bytes[12]);
        MalformedException.require(kind.isPresent(), "record kind");
        boolean isVersion = kind.get() == Kind.VALUE || kind.get() == Kind.DESTROYED;
        MalformedException.require(bytes[13] == 0 || (isVersion && bytes[13] == CANARY), "record flags");
        MalformedException.require(isVersion ? in.getInt(16) > 0 : in.getInt(16) == 0, "record version");
        int nameLength = Short.toUnsignedInt(in.getShort(14));
        int valueLength = bytes.length - (MIN_BYTES - 1) - nameLength;
        MalformedException.require(
                kind.get() == Kind.VALUE
                        ? valueLength > 0 && valueLength <= VaultContract.MAX_VALUE_BYTES
                        : valueLength == 0,
                "record value length");
        String name = new String(bytes, FIXED_BYTES, nameLength, StandardCharsets.US_ASCII);
        MalformedException.require(Text.isIdentifier(name), "record name");
        return new SealedRecord(bytes, new SecretName(name));
    }

    Head head() {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        Kind kind = Kind.of(bytes[12]).orElseThrow();
        return new Head(in.getLong(4), kind, bytes[13] == CANARY, in.getInt(16), in.getLong(20), name);
    }

    int length() {
        return bytes.length;
    }

    /** Its bytes in the file; not to be changed. */
    byte[] bytes() {
        return bytes;
    }

    /** High half of the GCM tag; with {@link #tagLow} a practically unique id of the record. */
    long tagHigh() {
        return ByteBuffer.wrap(bytes).getLong(bytes.length - VaultCrypto.TAG_BYTES);
    }

    /** Low half of the GCM tag. */
    long tagLow() {
        return ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES);
    }

    private static byte[] aad(VaultKeys keys, byte[] record, int headLength) {
        byte[] identity = keys.identity();
        return ByteBuffer.allocate(identity.length + headLength)
                .put(identity)
                .put(record, 0, headLength)
                .array();
    }
}
