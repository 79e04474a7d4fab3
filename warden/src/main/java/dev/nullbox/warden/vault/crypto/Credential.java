package dev.nullbox.warden.vault.crypto;

/** Credential that opens a vault: a passphrase, or the 32 bytes of a key file. Closing it wipes it. */
public sealed interface Credential extends AutoCloseable {
    /** The bytes. */
    Secret secret();

    @Override
    default void close() {
        secret().close();
    }

    /**
     * A passphrase, which Argon2id makes costly to guess.
     *
     * @param secret its bytes as they were typed
     */
    record Passphrase(Secret secret) implements Credential {}

    /**
     * A key that cannot be guessed.
     *
     * @param secret 32 random bytes
     */
    record Key(Secret secret) implements Credential {}
}
