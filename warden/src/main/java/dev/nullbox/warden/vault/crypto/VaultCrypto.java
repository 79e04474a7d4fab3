package dev.nullbox.warden.vault.crypto;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import org.bouncycastle.crypto.InvalidCipherTextException;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.engines.AESEngine;
import org.bouncycastle.crypto.generators.Argon2BytesGenerator;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.modes.GCMBlockCipher;
import org.bouncycastle.crypto.modes.GCMModeCipher;
import org.bouncycastle.crypto.params.AEADParameters;
import org.bouncycastle.crypto.params.Argon2Parameters;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * The vault's primitives: AES-256-GCM (NIST SP 800-38D, 128-bit tag, 96-bit nonce), HKDF-SHA-256 (RFC 5869),
 * HMAC-SHA-256 (RFC 2104), SHA-256 (FIPS 180-4), Argon2id (RFC 9106); Bouncy Castle's lightweight API, so that no
 * security provider is looked up.
 */
public final class VaultCrypto {
    public static final int KEY_BYTES = 32;
    public static final int NONCE_BYTES = 12;
    public static final int TAG_BYTES = 16;
    public static final int SALT_BYTES = 16;
    public static final int HASH_BYTES = 32;

    private static final byte[] NOTHING = {};
    private static final int TAG_BITS = 8 * TAG_BYTES;

    private VaultCrypto() {}

    /** Derives a key for one purpose from another key. */
    public static Secret derive(Secret key, byte[] salt, String purpose) {
        HKDFBytesGenerator generator = new HKDFBytesGenerator(new SHA256Digest());
        generator.init(new HKDFParameters(key.bytes(), salt, purpose.getBytes(StandardCharsets.US_ASCII)));
        byte[] derived = new byte[KEY_BYTES];
        generator.generateBytes(derived, 0, derived.length);
        return Secret.owning(derived);
    }

    /** Ciphertext and tag. */
    public static byte[] seal(Secret key, byte[] nonce, byte[] associated, byte[] plain) {
        GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(true, parameters(key, nonce, associated));
        byte[] sealed = new byte[cipher.getOutputSize(plain.length)];
        int count = cipher.processBytes(plain, 0, plain.length, sealed, 0);
        try {
            cipher.doFinal(sealed, count);
        } catch (InvalidCipherTextException e) {
            throw new AssertionError("sealing has no ciphertext to refuse", e);
        }
        return sealed;
    }

    /**
     * The plaintext; absent when the key, nonce, associated data, ciphertext or tag differs from the one at sealing.
     */
    public static Optional<Secret> open(Secret key, byte[] nonce, byte[] associated, byte[] sealed) {
        if (sealed.length < TAG_BYTES) {
            return Optional.empty();
        }
        GCMModeCipher cipher = GCMBlockCipher.newInstance(AESEngine.newInstance());
        cipher.init(false, parameters(key, nonce, associated));
        byte[] plain = new byte[sealed.length - TAG_BYTES];
        try {
            int count = cipher.processBytes(sealed, 0, sealed.length, plain, 0);
            cipher.doFinal(plain, count);
        } catch (InvalidCipherTextException e) {
            Arrays.fill(plain, (byte) 0);
            return Optional.empty();
        }
        return Optional.of(Secret.owning(plain));
    }

    /** Checked parameters: Bouncy Castle would accept shorter keys, and would hash a nonce of another length. */
    private static AEADParameters parameters(Secret key, byte[] nonce, byte[] associated) {
        if (key.length() != KEY_BYTES || nonce.length != NONCE_BYTES) {
            throw new IllegalArgumentException("AES-256-GCM with a key of " + key.length() + " bytes, a nonce of "
                    + nonce.length + "; they have " + KEY_BYTES + " and " + NONCE_BYTES);
        }
        return new AEADParameters(new KeyParameter(key.bytes()), TAG_BITS, nonce, associated);
    }

    /** The authentication code of the first {@code length} bytes. */
    public static byte[] mac(Secret key, byte[] bytes, int length) {
        HMac hmac = new HMac(new SHA256Digest());
        hmac.init(new KeyParameter(key.bytes()));
        hmac.update(bytes, 0, length);
        byte[] code = new byte[HASH_BYTES];
        hmac.doFinal(code, 0);
        return code;
    }

    /** The hash. */
    public static byte[] sha256(byte[] bytes) {
        return chain(NOTHING, bytes);
    }

    /** The hash of two parts, one after the other. */
    public static byte[] chain(byte[] first, byte[] second) {
        SHA256Digest digest = new SHA256Digest();
        digest.update(first, 0, first.length);
        digest.update(second, 0, second.length);
        byte[] hash = new byte[HASH_BYTES];
        digest.doFinal(hash, 0);
        return hash;
    }

    /** Derives 32 bytes at this cost; takes some cost.memoryKib() of heap, which is wiped. */
    public static Secret argon2id(Secret passphrase, byte[] salt, Argon2Cost cost) {
        return argon2id(passphrase, salt, NOTHING, NOTHING, cost);
    }

    /** Argon2id with all of its inputs: RFC 9106's secret value and associated data, which the vault leaves empty. */
    static Secret argon2id(Secret passphrase, byte[] salt, byte[] secret, byte[] associated, Argon2Cost cost) {
        Argon2Parameters parameters = new Argon2Parameters.Builder(Argon2Parameters.ARGON2_id)
                .withVersion(Argon2Parameters.ARGON2_VERSION_13)
                .withIterations(cost.passes())
                .withMemoryAsKB(cost.memoryKib())
                .withParallelism(cost.lanes())
                .withSalt(salt)
                .withSecret(secret)
                .withAdditional(associated)
                .build();
        Argon2BytesGenerator generator = new Argon2BytesGenerator();
        generator.init(parameters);
        byte[] key = new byte[KEY_BYTES];
        generator.generateBytes(passphrase.bytes(), key);
        parameters.clear();
        return Secret.owning(key);
    }
}
