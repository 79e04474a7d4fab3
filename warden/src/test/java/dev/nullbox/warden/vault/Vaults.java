package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;

/** Vaults for tests: a fixed clock, random bytes from a seed, a passphrase that costs little. */
public final class Vaults {
    public static final SecretName KEY = new SecretName("OPENAI_KEY");
    public static final SecretName TOKEN = new SecretName("token2");
    public static final String PASSPHRASE = "correct horse battery";

    private Vaults() {}

    public static VaultStore store(Directory files, long seed) {
        return new VaultStore(
                files, random(seed), () -> Instant.ofEpochSecond(1_700_000_000L), new Argon2Cost(1, 32, 4));
    }

    static RandomSource random(long seed) {
        Random random = new Random(seed);
        return count -> {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return bytes;
        };
    }

    /** The key file of these tests. */
    static Credential key() {
        byte[] key = new byte[VaultCrypto.KEY_BYTES];
        Arrays.fill(key, (byte) 7);
        return new Credential.Key(Secret.owning(key));
    }

    static Credential passphrase() {
        return new Credential.Passphrase(secret(PASSPHRASE));
    }

    /** A new vault that {@link #key} opens. */
    static Vault create(Directory files) throws RpcException, IOException {
        return store(files, 1).create(List.of(key()));
    }

    /** The vault, opened by {@link #key}. */
    static Vault open(Directory files) throws IOException {
        VaultOpenResult result = store(files, 2).open(key());
        if (result instanceof VaultOpenResult.Opened(Vault vault, int _)) {
            return vault;
        }
        throw new AssertionError("the vault does not open: " + result);
    }

    public static Secret secret(String text) {
        return Secret.owning(text.getBytes(StandardCharsets.UTF_8));
    }

    static SecretInfo set(Vault vault, SecretName name, String value) throws RpcException, IOException {
        return vault.set(name, secret(value), false);
    }

    static String value(Vault vault, SecretName name) throws RpcException, IOException {
        return value(vault, name, Optional.empty());
    }

    static String value(Vault vault, SecretName name, int version) throws RpcException, IOException {
        return value(vault, name, Optional.of(version));
    }

    private static String value(Vault vault, SecretName name, Optional<Integer> version)
            throws RpcException, IOException {
        try (Secret value = vault.get(name, version).value()) {
            return new String(value.bytes(), StandardCharsets.UTF_8);
        }
    }

    public static VaultReason reason(RpcException error) {
        return VaultReason.valueOf(error.detail());
    }

    /** Asserts that it is refused, with this code. */
    public static void refused(ThrowingCallable question, VaultReason code) {
        assertThatThrownBy(question)
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(reason(e)).isEqualTo(code));
    }

    /** Every version with its state and value. */
    static Map<String, String> contents(Vault vault) throws RpcException, IOException {
        Map<String, String> contents = new TreeMap<>();
        for (SecretInfo secret : vault.list(Optional.empty(), 100, true)) {
            List<String> versions = new ArrayList<>();
            for (SecretInfo info : vault.history(secret.name())) {
                String value = info.state() == SecretInfo.State.LIVE
                        ? value(vault, info.name(), info.version())
                        : info.state().name();
                versions.add(info.version() + "=" + value);
            }
            contents.put(secret.name().value(), versions.toString());
        }
        return contents;
    }

    /** Adds records. */
    @FunctionalInterface
    interface Records {
        void addTo(VaultWriter writer, VaultKeys keys, RandomSource random) throws IOException, RpcException;
    }

    /** Writes a vault's file at once, as a rewriting does; {@link #passphrase} opens it. */
    static void write(VaultStore store, String file, Records records) throws IOException, RpcException {
        byte[] vaultId = store.random().bytes(VaultHeader.VAULT_ID_BYTES);
        try (VaultKeys keys =
                new VaultKeys(vaultId, Secret.owning(store.random().bytes(VaultCrypto.KEY_BYTES)))) {
            VaultHeader header = new VaultHeader(vaultId, 1, List.of(store.wrap(passphrase(), 1, keys)));
            VaultWriter writer = new VaultWriter(store.files(), file, header, keys);
            records.addTo(writer, keys, store.random());
            writer.finish(1);
        }
    }
}
