package dev.nullbox.warden.vault;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/**
 * Key slot of a vault: the data key, wrapped under a passphrase or a key file.
 *
 * <pre>
 *   1  kind: 1 = key file, 2 = passphrase
 *   1  number, 1 to 255, each once in a vault
 *   2  bytes of the body that follows: 76, or 104 for a passphrase
 *      for a passphrase: 4 passes, 4 KiB of memory, 4 lanes, 16 salt of Argon2id, version 0x13
 *  16  key id: the first half of HKDF(K, salt vault id, info "nullbox vault 2 slot id")
 *  12  nonce
 *  48  AES-256-GCM(HKDF(K, salt vault id, info "nullbox vault 2 slot wrap"), data key),
 *      associated: magic, format version, vault id, the slot's bytes before the nonce
 * </pre>
 *
 * K is the key file, or the 32 bytes that Argon2id gives.
 */
final class KeySlot {
    static final int HEAD_BYTES = 1 + 1 + 2;

    private static final int KEY_FILE = 1;
    private static final int PASSPHRASE = 2;
    private static final int COST_BYTES = 3 * 4;
    private static final int KEY_ID_BYTES = 16;
    private static final int WRAP_BYTES = VaultCrypto.NONCE_BYTES + VaultCrypto.KEY_BYTES + VaultCrypto.TAG_BYTES;
    private static final int KEY_FILE_BODY = KEY_ID_BYTES + WRAP_BYTES;
    private static final int PASSPHRASE_BODY = COST_BYTES + VaultCrypto.SALT_BYTES + KEY_FILE_BODY;

    private final byte[] bytes;

    private KeySlot(byte[] bytes) {
        this.bytes = bytes;
    }

    /** A new slot for the credential. */
    static KeySlot wrap(
            Credential credential, int number, Argon2Cost cost, byte[] vaultId, Secret dataKey, RandomSource random)
            throws IOException {
        byte[] head = switch (credential) {
            case Credential.Key _ ->
                ByteBuffer.allocate(HEAD_BYTES)
                        .put((byte) KEY_FILE)
                        .put((byte) number)
                        .putShort((short) KEY_FILE_BODY)
                        .array();
            case Credential.Passphrase _ ->
                ByteBuffer.allocate(HEAD_BYTES + COST_BYTES + VaultCrypto.SALT_BYTES)
                        .put((byte) PASSPHRASE)
                        .put((byte) number)
                        .putShort((short) PASSPHRASE_BODY)
                        .putInt(cost.passes())
                        .putInt(cost.memoryKib())
                        .putInt(cost.lanes())
                        .put(random.bytes(VaultCrypto.SALT_BYTES))
                        .array();
        };
        try (Secret key = stretched(credential, head)) {
            byte[] open = join(head, keyId(key, vaultId));
            byte[] nonce = random.bytes(VaultCrypto.NONCE_BYTES);
            try (Secret wrapping = wrappingKey(key, vaultId)) {
                byte[] associated = join(VaultKeys.identity(vaultId), open);
                byte[] wrapped = VaultCrypto.seal(wrapping, nonce, associated, dataKey.bytes());
                return new KeySlot(join(join(open, nonce), wrapped));
            }
        }
    }

    /** Result of trying a credential on a slot. */
    sealed interface Tried {
        /** The credential is this slot's, with the data key. */
        record Opens(Secret dataKey) implements Tried {}

        /** The credential is not this slot's. */
        record NotThisOne() implements Tried {}

        /** The credential is this slot's, but the slot was changed. */
        record Broken() implements Tried {}
    }

    /** Tries the credential; for a passphrase this has the cost that the slot states. */
    Tried open(Credential credential, byte[] vaultId) {
        boolean fits = switch (credential) {
            case Credential.Key _ -> kind() == KEY_FILE;
            case Credential.Passphrase _ -> kind() == PASSPHRASE;
        };
        if (!fits) {
            return new Tried.NotThisOne();
        }
        int sealedAt = bytes.length - WRAP_BYTES;
        try (Secret key = stretched(credential, bytes)) {
            byte[] id = Arrays.copyOfRange(bytes, sealedAt - KEY_ID_BYTES, sealedAt);
            if (!MessageDigest.isEqual(id, keyId(key, vaultId))) {
                return new Tried.NotThisOne();
            }
            byte[] associated = join(VaultKeys.identity(vaultId), Arrays.copyOf(bytes, sealedAt));
            byte[] nonce = Arrays.copyOfRange(bytes, sealedAt, sealedAt + VaultCrypto.NONCE_BYTES);
            byte[] wrapped = Arrays.copyOfRange(bytes, sealedAt + VaultCrypto.NONCE_BYTES, bytes.length);
            try (Secret wrapping = wrappingKey(key, vaultId)) {
                Optional<Secret> dataKey = VaultCrypto.open(wrapping, nonce, associated, wrapped);
                return dataKey.isPresent() ? new Tried.Opens(dataKey.get()) : new Tried.Broken();
            }
        }
    }

    int number() {
        return Byte.toUnsignedInt(bytes[1]);
    }

    /** {@code "key"} or {@code "passphrase"}, as operators see it. */
    String kindName() {
        return (kind() == KEY_FILE ? VaultContract.KEY : VaultContract.PASSPHRASE).name();
    }

    byte[] bytes() {
        return bytes.clone();
    }

    /**
     * Parses the next slot.
     *
     * @throws MalformedException when the bytes are no slot, or state a cost beyond {@link Argon2Cost}'s bounds
     */
    static KeySlot get(ByteBuffer header) throws MalformedException {
        int start = header.position();
        MalformedException.need(header, HEAD_BYTES, "key slot");
        int kind = Byte.toUnsignedInt(header.get());
        int number = Byte.toUnsignedInt(header.get());
        int length = Short.toUnsignedInt(header.getShort());
        MalformedException.require(kind == KEY_FILE || kind == PASSPHRASE, "key slot kind");
        MalformedException.require(length == (kind == KEY_FILE ? KEY_FILE_BODY : PASSPHRASE_BODY), "key slot length");
        MalformedException.require(number != 0, "key slot number");
        MalformedException.need(header, length, "key slot");
        if (kind == PASSPHRASE) {
            int at = header.position();
            boolean bounded = Argon2Cost.isBounded(header.getInt(at), header.getInt(at + 4), header.getInt(at + 8));
            MalformedException.require(bounded, "Argon2id parameters");
        }
        byte[] bytes = new byte[HEAD_BYTES + length];
        header.get(start, bytes).position(start + bytes.length);
        return new KeySlot(bytes);
    }

    private int kind() {
        return Byte.toUnsignedInt(bytes[0]);
    }

    /** Derives K: {@code slot} begins with the head, and for a passphrase with cost and salt. */
    private static Secret stretched(Credential credential, byte[] slot) {
        return switch (credential) {
            case Credential.Key(Secret key) -> Secret.owning(key.bytes().clone());
            case Credential.Passphrase(Secret passphrase) -> {
                ByteBuffer in = ByteBuffer.wrap(slot).position(HEAD_BYTES);
                Argon2Cost cost = new Argon2Cost(in.getInt(), in.getInt(), in.getInt());
                byte[] salt = new byte[VaultCrypto.SALT_BYTES];
                in.get(salt);
                yield VaultCrypto.argon2id(passphrase, salt, cost);
            }
        };
    }

    private static Secret wrappingKey(Secret key, byte[] vaultId) {
        return VaultCrypto.derive(key, vaultId, "nullbox vault 2 slot wrap");
    }

    /** Identifier of a key, which reveals nothing of it. */
    private static byte[] keyId(Secret key, byte[] vaultId) {
        try (Secret id = VaultCrypto.derive(key, vaultId, "nullbox vault 2 slot id")) {
            return Arrays.copyOf(id.bytes(), KEY_ID_BYTES);
        }
    }

    private static byte[] join(byte[] first, byte[] second) {
        byte[] both = Arrays.copyOf(first, first.length + second.length);
        System.arraycopy(second, 0, both, first.length, second.length);
        return both;
    }
}
