package dev.nullbox.warden;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * One way to open a vault: the data key, wrapped.
 *
 * <p>Kind 1 is a key file. Slots of kinds that this NullBox does not know are kept as they are.
 */
final class KeySlot {
    static final int KEY_FILE = 1;
    static final int HEAD_BYTES = 1 + 1 + 2;

    private static final int KEY_ID_BYTES = 16;
    private static final int WRAPPED_BYTES = VaultCrypto.KEY_BYTES + VaultCrypto.TAG_BYTES;
    private static final int KEY_FILE_BODY = KEY_ID_BYTES + VaultCrypto.NONCE_BYTES + WRAPPED_BYTES;

    private final int kind;
    private final byte[] body;

    private KeySlot(int kind, byte[] body) {
        this.kind = kind;
        this.body = body;
    }

    /** A slot that the key file opens. */
    static KeySlot forKeyFile(Secret key, Secret dataKey, byte[] vaultId, int index, RandomSource random)
            throws IOException {
        byte[] nonce = random.bytes(VaultCrypto.NONCE_BYTES);
        byte[] wrapped;
        try (Secret wrapping = wrappingKey(key, vaultId)) {
            wrapped = VaultCrypto.seal(wrapping, nonce, associated(vaultId, index), dataKey.bytes());
        }
        byte[] body = ByteBuffer.allocate(KEY_FILE_BODY)
                .put(keyId(key, vaultId))
                .put(nonce)
                .put(wrapped)
                .array();
        return new KeySlot(KEY_FILE, body);
    }

    /** Whether the slot says that this key opens it; not yet authenticated. */
    boolean belongsTo(Secret key, byte[] vaultId) {
        return kind == KEY_FILE && MessageDigest.isEqual(Arrays.copyOf(body, KEY_ID_BYTES), keyId(key, vaultId));
    }

    /** The data key; absent when the slot is not as it was written. */
    Optional<Secret> unwrap(Secret key, byte[] vaultId, int index) {
        byte[] nonce = Arrays.copyOfRange(body, KEY_ID_BYTES, KEY_ID_BYTES + VaultCrypto.NONCE_BYTES);
        byte[] wrapped = Arrays.copyOfRange(body, KEY_ID_BYTES + VaultCrypto.NONCE_BYTES, body.length);
        try (Secret wrapping = wrappingKey(key, vaultId)) {
            return VaultCrypto.open(wrapping, nonce, associated(vaultId, index), wrapped);
        }
    }

    int length() {
        return HEAD_BYTES + body.length;
    }

    void put(ByteBuffer file) {
        file.put((byte) kind).put((byte) 0).putShort((short) body.length).put(body);
    }

    /**
     * The next slot.
     *
     * @throws VaultCodec.MalformedException when the bytes are none
     */
    static KeySlot get(ByteBuffer file) throws VaultCodec.MalformedException {
        VaultCodec.need(file, HEAD_BYTES, "key slot");
        int kind = Byte.toUnsignedInt(file.get());
        byte reserved = file.get();
        int length = Short.toUnsignedInt(file.getShort());
        VaultCodec.require(kind != 0 && reserved == 0 && length <= VaultLimits.MAX_SLOT_BYTES, "key slot");
        VaultCodec.require(kind != KEY_FILE || length == KEY_FILE_BODY, "key slot");
        VaultCodec.need(file, length, "key slot");
        return new KeySlot(kind, VaultCodec.take(file, length));
    }

    private static Secret wrappingKey(Secret key, byte[] vaultId) {
        return VaultCrypto.derive(key, vaultId, "nullbox vault 1 key file wrap");
    }

    /** Tells keys apart without telling anything of the key. */
    private static byte[] keyId(Secret key, byte[] vaultId) {
        try (Secret id = VaultCrypto.derive(key, vaultId, "nullbox vault 1 key file id")) {
            return Arrays.copyOf(id.bytes(), KEY_ID_BYTES);
        }
    }

    private static byte[] associated(byte[] vaultId, int index) {
        byte[] identity = VaultKeys.identity(vaultId);
        return ByteBuffer.allocate(identity.length + 1 + 2)
                .put(identity)
                .put((byte) KEY_FILE)
                .putShort((short) index)
                .array();
    }
}
