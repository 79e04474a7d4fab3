package dev.nullbox.warden;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Random;

/** Vaults for tests: a fixed clock, random bytes from a seed. */
final class Vaults {
    static final SecretName KEY = new SecretName("OPENAI_KEY");
    static final SecretName TOKEN = new SecretName("token2");

    private Vaults() {}

    static VaultStore store(VaultFiles files, long seed) {
        Random random = new Random(seed);
        return new VaultStore(
                files,
                count -> {
                    byte[] bytes = new byte[count];
                    random.nextBytes(bytes);
                    return bytes;
                },
                () -> Instant.ofEpochSecond(1_700_000_000L));
    }

    static Vault open(VaultFiles files) throws IOException {
        if (store(files, 1).open() instanceof VaultOpenResult.Opened(Vault vault, boolean _)) {
            return vault;
        }
        throw new AssertionError("the vault does not open: " + store(files, 1).open());
    }

    static Secret secret(String text) {
        return Secret.owning(text.getBytes(StandardCharsets.UTF_8));
    }

    static String value(Vault vault, SecretName name) throws VaultException {
        try (Secret value = vault.get(name).orElseThrow()) {
            return new String(value.bytes(), StandardCharsets.UTF_8);
        }
    }
}
