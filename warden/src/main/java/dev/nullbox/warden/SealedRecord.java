package dev.nullbox.warden;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * One secret as it stands in the file, sealed under a key that is derived for it alone.
 *
 * <p>All that is not sealed is authenticated: name, version, time, and the sequence number, which no other record of
 * the vault has or will have and by which the records are in order.
 */
final class SealedRecord {
    static final int SALT_BYTES = 16;

    private static final int FIXED_BYTES = 8 + 4 + 8 + 2 + 2;
    private static final String PURPOSE = "nullbox vault 1 record";

    private final long sequence;
    private final int version;
    private final long created;
    private final SecretName name;
    private final byte[] salt;
    private final byte[] nonce;
    private final byte[] sealed;

    private SealedRecord(
            long sequence, int version, long created, SecretName name, byte[] salt, byte[] nonce, byte[] sealed) {
        this.sequence = sequence;
        this.version = version;
        this.created = created;
        this.name = name;
        this.salt = salt;
        this.nonce = nonce;
        this.sealed = sealed;
    }

    /** A value sealed; the value stays the caller's to wipe. */
    static SealedRecord seal(
            VaultKeys keys,
            RandomSource random,
            long sequence,
            int version,
            long created,
            SecretName name,
            Secret value)
            throws IOException {
        byte[] salt = random.bytes(SALT_BYTES);
        byte[] nonce = random.bytes(VaultCrypto.NONCE_BYTES);
        byte[] associated = associated(keys, sequence, version, created, name);
        try (Secret key = VaultCrypto.derive(keys.data(), salt, PURPOSE)) {
            byte[] sealed = VaultCrypto.seal(key, nonce, associated, value.bytes());
            return new SealedRecord(sequence, version, created, name, salt, nonce, sealed);
        }
    }

    /** The value; absent when the record is not as it was sealed. */
    Optional<Secret> open(VaultKeys keys) {
        try (Secret key = VaultCrypto.derive(keys.data(), salt, PURPOSE)) {
            return VaultCrypto.open(key, nonce, associated(keys, sequence, version, created, name), sealed);
        }
    }

    /** Its bytes in the file, in the order of {@link VaultCodec}'s table. */
    int length() {
        return FIXED_BYTES + name.value().length() + SALT_BYTES + VaultCrypto.NONCE_BYTES + 4 + sealed.length;
    }

    void put(ByteBuffer file) {
        putHead(file, sequence, version, created, name);
        file.put(salt).put(nonce).putInt(sealed.length).put(sealed);
    }

    /**
     * The next record.
     *
     * @throws VaultCodec.MalformedException when the bytes are none
     */
    static SealedRecord get(ByteBuffer file) throws VaultCodec.MalformedException {
        VaultCodec.need(file, FIXED_BYTES, "record");
        long sequence = file.getLong();
        int version = file.getInt();
        long created = file.getLong();
        short flags = file.getShort();
        int nameLength = Short.toUnsignedInt(file.getShort());
        VaultCodec.require(flags == 0 && version > 0 && nameLength <= SecretName.MAX_LENGTH, "record");
        VaultCodec.need(file, nameLength + SALT_BYTES + VaultCrypto.NONCE_BYTES + 4, "record");
        String name = new String(VaultCodec.take(file, nameLength), StandardCharsets.US_ASCII);
        VaultCodec.require(SecretName.isValid(name), "record name");
        byte[] salt = VaultCodec.take(file, SALT_BYTES);
        byte[] nonce = VaultCodec.take(file, VaultCrypto.NONCE_BYTES);
        int length = file.getInt();
        VaultCodec.require(
                length > VaultCrypto.TAG_BYTES && length <= VaultLimits.MAX_VALUE_BYTES + VaultCrypto.TAG_BYTES,
                "record length");
        VaultCodec.need(file, length, "record");
        byte[] sealed = VaultCodec.take(file, length);
        return new SealedRecord(sequence, version, created, new SecretName(name), salt, nonce, sealed);
    }

    long sequence() {
        return sequence;
    }

    SecretName name() {
        return name;
    }

    SecretInfo info() {
        return new SecretInfo(name, version, created);
    }

    private static byte[] associated(VaultKeys keys, long sequence, int version, long created, SecretName name) {
        byte[] identity = keys.identity();
        ByteBuffer bytes =
                ByteBuffer.allocate(identity.length + FIXED_BYTES + name.value().length());
        bytes.put(identity);
        putHead(bytes, sequence, version, created, name);
        return bytes.array();
    }

    private static void putHead(ByteBuffer bytes, long sequence, int version, long created, SecretName name) {
        byte[] text = name.value().getBytes(StandardCharsets.US_ASCII);
        bytes.putLong(sequence).putInt(version).putLong(created).putShort((short) 0);
        bytes.putShort((short) text.length).put(text);
    }
}
