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
 * An entry of the vault's log: a version of a secret, sealed under a key that is derived for it alone, or a mark that a
 * secret is deleted.
 *
 * <pre>
 *    0  4  bytes of the whole record
 *    4  8  sequence number, from 1, ascending through the file
 *   12  1  kind: 1 = value, 2 = deleted, 3 = undeleted, 4 = destroyed value
 *   13  1  flags: 1 = canary; else zero
 *   14  2  bytes of the name, 1 to 64
 *   16  4  version of the secret, from 1; 0 for kinds 2 and 3
 *   20  8  created, seconds since 1970-01-01 UTC
 *   28     name, ASCII
 *      16  salt
 *      12  nonce
 *          AES-256-GCM(HKDF(data key, salt, info "nullbox vault 2 record"), value): 1 to 65,536 bytes, none for kinds 2 to
 *          4, and 16 of tag; associated: magic, format version, vault id, the record's bytes before the salt
 * </pre>
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
        VALUE(1),
        DELETED(2),
        UNDELETED(3),
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
     * A record without its value.
     *
     * @param version 0 for marks
     * @param created seconds since 1970-01-01 UTC
     */
    record Head(long sequence, Kind kind, boolean canary, int version, long created, SecretName name) {}

    /** Seals a record; the value stays the caller's to wipe, and is empty but for kind VALUE. */
    static SealedRecord seal(VaultKeys keys, RandomSource random, Head head, Secret value) throws IOException {
        byte[] name = head.name().value().getBytes(StandardCharsets.US_ASCII);
        int length = MIN_BYTES - 1 + name.length + value.length();
        ByteBuffer out = ByteBuffer.allocate(length);
        out.putInt(length).putLong(head.sequence());
        out.put((byte) head.kind().number).put((byte) (head.canary() ? CANARY : 0));
        out.putShort((short) name.length).putInt(head.version()).putLong(head.created());
        out.put(name);
        byte[] associated = associated(keys, out.array(), out.position());
        byte[] salt = random.bytes(VaultCrypto.SALT_BYTES);
        byte[] nonce = random.bytes(VaultCrypto.NONCE_BYTES);
        try (Secret key = VaultCrypto.derive(keys.data(), salt, PURPOSE)) {
            out.put(salt).put(nonce).put(VaultCrypto.seal(key, nonce, associated, value.bytes()));
        }
        return new SealedRecord(out.array(), head.name());
    }

    /** The value; absent when the record was changed, or sealed under other keys. */
    Optional<Secret> open(VaultKeys keys) {
        int at = FIXED_BYTES + name.value().length();
        byte[] salt = Arrays.copyOfRange(bytes, at, at + VaultCrypto.SALT_BYTES);
        int nonceAt = at + VaultCrypto.SALT_BYTES;
        byte[] nonce = Arrays.copyOfRange(bytes, nonceAt, nonceAt + VaultCrypto.NONCE_BYTES);
        byte[] sealed = Arrays.copyOfRange(bytes, nonceAt + VaultCrypto.NONCE_BYTES, bytes.length);
        try (Secret key = VaultCrypto.derive(keys.data(), salt, PURPOSE)) {
            return VaultCrypto.open(key, nonce, associated(keys, bytes, at), sealed);
        }
    }

    /** Tells whether it is unchanged and sealed under these keys. */
    boolean isAuthentic(VaultKeys keys) {
        Optional<Secret> value = open(keys);
        value.ifPresent(Secret::close);
        return value.isPresent();
    }

    /**
     * Parses a record from its bytes, which it takes over.
     *
     * @throws MalformedException when they are no record
     */
    static SealedRecord parse(byte[] bytes) throws MalformedException {
        ByteBuffer in = ByteBuffer.wrap(bytes);
        MalformedException.need(in, MIN_BYTES, "record length");
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
                "record length");
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

    /** The last 16 bytes as two numbers, which differ for every record ever written. */
    long tagHigh() {
        return ByteBuffer.wrap(bytes).getLong(bytes.length - VaultCrypto.TAG_BYTES);
    }

    long tagLow() {
        return ByteBuffer.wrap(bytes).getLong(bytes.length - Long.BYTES);
    }

    private static byte[] associated(VaultKeys keys, byte[] record, int headLength) {
        byte[] identity = keys.identity();
        return ByteBuffer.allocate(identity.length + headLength)
                .put(identity)
                .put(record, 0, headLength)
                .array();
    }
}
