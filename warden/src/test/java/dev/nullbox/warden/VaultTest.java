package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {
    private final MemoryFiles files = new MemoryFiles();

    @Test
    void keepsSecretsAcrossRestarts() throws Exception {
        try (Vault vault = Vaults.open(files)) {
            assertThat(vault.set(Vaults.KEY, Vaults.secret("sk-first")).version())
                    .isEqualTo(1);
            assertThat(vault.set(Vaults.TOKEN, Vaults.secret("t")).version()).isEqualTo(1);
            assertThat(vault.set(Vaults.KEY, Vaults.secret("sk-second")).version())
                    .isEqualTo(2);
        }
        Vault vault = Vaults.open(files);
        assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("sk-second");
        assertThat(Vaults.value(vault, Vaults.TOKEN)).isEqualTo("t");
        assertThat(vault.list())
                .containsExactly(
                        new SecretInfo(Vaults.KEY, 2, 1_700_000_000L), new SecretInfo(Vaults.TOKEN, 1, 1_700_000_000L));
        assertThat(vault.delete(Vaults.KEY)).isTrue();
        assertThat(vault.delete(Vaults.KEY)).isFalse();
        Vault again = Vaults.open(files);
        assertThat(again.get(Vaults.KEY)).isEmpty();
        assertThat(again.size()).isEqualTo(1);
    }

    @Test
    void worksOnARealDirectory(@TempDir Path directory) throws Exception {
        VaultStore store = VaultStore.in(directory, RandomSource.kernel(), InstantSource.system());
        try (Vault vault = ((VaultOpenResult.Opened) store.open()).vault()) {
            vault.set(Vaults.KEY, Vaults.secret("sk-real"));
        }
        assertThat(mode(directory.resolve("vault.key"))).isEqualTo("r--------");
        assertThat(mode(directory.resolve("vault"))).isEqualTo("rw-------");
        try (var names = Files.list(directory)) {
            assertThat(names.map(name -> name.getFileName().toString()).sorted())
                    .containsExactly("vault", "vault.key");
        }
        try (Vault vault = ((VaultOpenResult.Opened) store.open()).vault()) {
            assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("sk-real");
        }
    }

    @Test
    void neverHoldsAValueInItsFile() throws Exception {
        Vault vault = Vaults.open(files);
        vault.set(Vaults.KEY, Vaults.secret("canary-in-a-coal-mine"));
        assertThat(new String(files.bytes("vault"), StandardCharsets.ISO_8859_1))
                .contains("OPENAI_KEY")
                .doesNotContain("canary-in-a-coal-mine");
    }

    @Test
    void refusesWhatPassesALimit() throws Exception {
        Vault vault = Vaults.open(files);
        assertThatThrownBy(() -> vault.set(Vaults.KEY, Vaults.secret("")))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(VaultCode.VALUE_EMPTY));
        assertThatThrownBy(() -> vault.set(Vaults.KEY, Secret.owning(new byte[VaultLimits.MAX_VALUE_BYTES + 1])))
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(VaultCode.VALUE_TOO_LARGE));
        vault.set(Vaults.KEY, Secret.owning(new byte[VaultLimits.MAX_VALUE_BYTES]));
        assertThat(vault.size()).isEqualTo(1);
        assertThat(Vaults.open(files).get(Vaults.KEY).orElseThrow().length()).isEqualTo(VaultLimits.MAX_VALUE_BYTES);
    }

    @Test
    void refusesToGrowBeyondItsFileLimit() throws Exception {
        Vault vault = Vaults.open(files);
        int fit = VaultLimits.MAX_FILE_BYTES / (VaultLimits.MAX_VALUE_BYTES + 200);
        for (int i = 0; i < fit; i++) {
            vault.set(new SecretName("n" + i), Secret.owning(new byte[VaultLimits.MAX_VALUE_BYTES]));
        }
        assertThatThrownBy(() -> {
                    for (int i = 0; i < 3; i++) {
                        vault.set(new SecretName("m" + i), Secret.owning(new byte[VaultLimits.MAX_VALUE_BYTES]));
                    }
                })
                .isInstanceOfSatisfying(
                        VaultException.class, e -> assertThat(e.code()).isEqualTo(VaultCode.VAULT_FULL));
        assertThat(Vaults.open(files).size()).isEqualTo(vault.size());
    }

    @Test
    void acceptsTheManifestsNamesOnly() {
        for (String name : List.of("A", "_", "OPENAI_KEY", "a1", "x".repeat(64))) {
            assertThat(SecretName.isValid(name)).as(name).isTrue();
        }
        for (String name : List.of("", "1A", "a-b", "a.b", "../x", "ä", "a b", "x".repeat(65), "a\n")) {
            assertThat(SecretName.isValid(name)).as(name).isFalse();
        }
    }

    @Test
    void showsNoSecret() throws Exception {
        Vault vault = Vaults.open(files);
        Secret value = Vaults.secret("canary");
        vault.set(Vaults.KEY, value);
        assertThat(value.toString()).doesNotContain("canary").doesNotContain("6");
        assertThat(vault.get(Vaults.KEY).toString() + vault.list()).doesNotContain("canary");
        value.close();
        assertThatThrownBy(value::bytes).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void wipesWhatItOwns() {
        byte[] bytes = "canary".getBytes(StandardCharsets.UTF_8);
        Secret.owning(bytes).close();
        assertThat(bytes).containsOnly(0);
    }

    @Test
    void answersNothingAfterClose() throws Exception {
        Vault vault = Vaults.open(files);
        vault.set(Vaults.KEY, Vaults.secret("v"));
        vault.close();
        assertThatThrownBy(() -> vault.get(Vaults.KEY)).isInstanceOf(VaultException.class);
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }
}
