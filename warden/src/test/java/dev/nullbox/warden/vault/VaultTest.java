package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class VaultTest {
    private final MemoryFiles files = new MemoryFiles();

    @Test
    void keepsEveryVersionAcrossRestarts() throws Exception {
        try (Vault vault = Vaults.create(files)) {
            assertThat(Vaults.set(vault, Vaults.KEY, "sk-first").version()).isEqualTo(1);
            assertThat(Vaults.set(vault, Vaults.TOKEN, "t").version()).isEqualTo(1);
            assertThat(vault.set(Vaults.KEY, Vaults.secret("sk-second"), true).version())
                    .isEqualTo(2);
        }
        Vault vault = Vaults.open(files);
        assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("sk-second");
        assertThat(Vaults.value(vault, Vaults.KEY, 1)).isEqualTo("sk-first");
        assertThat(Vaults.value(vault, Vaults.TOKEN)).isEqualTo("t");
        assertThat(vault.list(Optional.empty(), 10, false))
                .containsExactly(
                        info(Vaults.KEY, 2, true, SecretInfo.State.LIVE),
                        info(Vaults.TOKEN, 1, false, SecretInfo.State.LIVE));
        assertThat(vault.history(Vaults.KEY)).extracting(SecretInfo::version).containsExactly(2, 1);
        assertThat(vault.size())
                .isEqualTo(new Vault.Size(2, 3, files.size("vault").orElseThrow()));
    }

    @Test
    void hidesADeletedSecretUntilItIsUndeletedOrSet() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "one");
        vault.delete(Vaults.KEY);
        Vaults.refused(() -> Vaults.value(vault, Vaults.KEY), VaultReason.SECRET_DELETED);
        Vaults.refused(() -> vault.delete(Vaults.KEY), VaultReason.SECRET_DELETED);
        assertThat(vault.list(Optional.empty(), 10, false)).isEmpty();
        Vault again = Vaults.open(files);
        assertThat(again.list(Optional.empty(), 10, true))
                .containsExactly(info(Vaults.KEY, 1, false, SecretInfo.State.DELETED));
        again.undelete(Vaults.KEY);
        assertThat(Vaults.value(again, Vaults.KEY)).isEqualTo("one");
        Vaults.refused(() -> again.undelete(Vaults.KEY), VaultReason.SECRET_NOT_DELETED);
        again.delete(Vaults.KEY);
        Vaults.set(again, Vaults.KEY, "two");
        assertThat(Vaults.value(Vaults.open(files), Vaults.KEY)).isEqualTo("two");
    }

    @Test
    void takesADestroyedValueOutOfTheFile() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "one");
        Vaults.set(vault, Vaults.KEY, "two");
        Vaults.set(vault, Vaults.TOKEN, "t");
        vault.delete(Vaults.TOKEN);
        long before = vault.size().bytes();
        assertThat(vault.destroy(Vaults.KEY, Optional.of(2))).isEqualTo(1);
        assertThat(vault.size().bytes()).isEqualTo(before - "two".length());
        Vault again = Vaults.open(files);
        Vaults.refused(() -> Vaults.value(again, Vaults.KEY), VaultReason.VERSION_DESTROYED);
        Vaults.refused(() -> again.destroy(Vaults.KEY, Optional.of(2)), VaultReason.VERSION_DESTROYED);
        Vaults.refused(() -> again.destroy(Vaults.KEY, Optional.of(9)), VaultReason.VERSION_UNKNOWN);
        assertThat(Vaults.value(again, Vaults.KEY, 1)).isEqualTo("one");
        Vaults.refused(() -> Vaults.value(again, Vaults.TOKEN), VaultReason.SECRET_DELETED);
        assertThat(again.destroy(Vaults.KEY, Optional.empty())).isEqualTo(2);
        Vaults.refused(() -> again.history(Vaults.KEY), VaultReason.SECRET_UNKNOWN);
        assertThat(new String(files.bytes("vault"), StandardCharsets.ISO_8859_1))
                .doesNotContain("OPENAI_KEY")
                .contains("token2");
        assertThat(Vaults.set(again, Vaults.KEY, "new").version()).isEqualTo(1);
    }

    @Test
    void listsInPieces() throws Exception {
        Vault vault = Vaults.create(files);
        for (int i = 0; i < 25; i++) {
            Vaults.set(vault, new SecretName("n" + (10 + i)), "v");
        }
        vault.delete(new SecretName("n12"));
        assertThat(vault.list(Optional.of(new SecretName("n11")), 2, false))
                .extracting(info -> info.name().value())
                .containsExactly("n13", "n14");
        assertThat(vault.list(Optional.of(new SecretName("n11")), 2, true))
                .extracting(info -> info.name().value())
                .containsExactly("n12", "n13");
        assertThat(vault.list(Optional.of(new SecretName("n33")), 100, false)).hasSize(1);
    }

    @Test
    void writesMarksAwayWhenTheyPileUp() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "one");
        long least = vault.size().bytes();
        for (int i = 0; i < 510; i++) {
            vault.delete(Vaults.KEY);
            vault.undelete(Vaults.KEY);
        }
        assertThat(vault.size().bytes()).isLessThan(least + 250 * 100);
        assertThat(Vaults.value(Vaults.open(files), Vaults.KEY)).isEqualTo("one");
    }

    @Test
    void worksOnARealDirectory(@TempDir Path directory) throws Exception {
        VaultStore store = VaultStore.in(directory, RandomSource.kernel(), InstantSource.system());
        try (Vault vault = store.create(List.of(Vaults.key()))) {
            Vaults.set(vault, Vaults.KEY, "sk-real");
            vault.set(Vaults.TOKEN, Secret.owning(new byte[VaultContract.MAX_VALUE_BYTES]), false);
            vault.destroy(Vaults.TOKEN, Optional.empty());
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve("vault"))))
                .isEqualTo("rw-------");
        Files.writeString(directory.resolve("vault.new"), "of a rewriting that a power cut ended");
        try (Vault vault = ((VaultOpenResult.Opened) store.open(Vaults.key())).vault()) {
            assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("sk-real");
        }
        try (var names = Files.list(directory)) {
            assertThat(names.map(name -> name.getFileName().toString())).containsExactly("vault");
        }
    }

    @Test
    void neverHoldsAValueInItsFile() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "canary-in-a-coal-mine");
        assertThat(new String(files.bytes("vault"), StandardCharsets.ISO_8859_1))
                .contains("OPENAI_KEY")
                .doesNotContain("canary-in-a-coal-mine");
    }

    @Test
    void refusesWhatPassesALimit() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.refused(() -> Vaults.set(vault, Vaults.KEY, ""), VaultReason.VALUE_EMPTY);
        Secret tooLong = Secret.owning(new byte[VaultContract.MAX_VALUE_BYTES + 1]);
        Vaults.refused(() -> vault.set(Vaults.KEY, tooLong, false), VaultReason.VALUE_TOO_LARGE);
        vault.set(Vaults.KEY, Secret.owning(new byte[VaultContract.MAX_VALUE_BYTES]), false);
        assertThat(Vaults.open(files).get(Vaults.KEY, Optional.empty()).value().length())
                .isEqualTo(VaultContract.MAX_VALUE_BYTES);
        for (int i = 1; i < VaultLimits.MAX_VERSIONS; i++) {
            Vaults.set(vault, Vaults.KEY, "v");
        }
        Vaults.refused(() -> Vaults.set(vault, Vaults.KEY, "v"), VaultReason.TOO_MANY_VERSIONS);
        assertThat(Vaults.set(vault, Vaults.TOKEN, "v").version()).isEqualTo(1);
    }

    @Test
    void seesARecordThatChangesWhileItIsOpen() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "one");
        Vaults.set(vault, Vaults.TOKEN, "two");
        byte[] bytes = files.bytes("vault");
        bytes[VaultHeader.RECORDS_AT + 60] ^= 1;
        files.put("vault", bytes);
        Vaults.refused(() -> Vaults.value(vault, Vaults.KEY), VaultReason.TAMPERED);
        assertThat(Vaults.value(vault, Vaults.TOKEN)).isEqualTo("two");
        Vaults.refused(() -> vault.destroy(Vaults.TOKEN, Optional.empty()), VaultReason.TAMPERED);
    }

    @Test
    void acceptsTheManifestsNamesOnly() {
        for (String name : List.of("A", "_", "OPENAI_KEY", "a1", "x".repeat(64))) {
            assertThat(Text.isIdentifier(name)).as(name).isTrue();
        }
        for (String name : List.of("", "1A", "a-b", "a.b", "../x", "ä", "a b", "x".repeat(65), "a\n")) {
            assertThat(Text.isIdentifier(name)).as(name).isFalse();
        }
    }

    @Test
    void showsNoSecret() throws Exception {
        Vault vault = Vaults.create(files);
        Secret value = Vaults.secret("sk-hidden");
        vault.set(Vaults.KEY, value, false);
        assertThat(value.toString()).doesNotContain("sk-hidden").doesNotContain("6");
        assertThat(vault.get(Vaults.KEY, Optional.empty()).toString()
                        + Vaults.passphrase()
                        + vault.list(Optional.empty(), 9, true))
                .doesNotContain("sk-hidden")
                .doesNotContain(Vaults.PASSPHRASE);
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
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "v");
        vault.close();
        Vaults.refused(() -> Vaults.value(vault, Vaults.KEY), VaultReason.VAULT_SEALED);
        Vaults.refused(() -> Vaults.set(vault, Vaults.KEY, "w"), VaultReason.VAULT_SEALED);
    }

    @Test
    void saysWhenItCannotBeWritten() throws Exception {
        Vault vault = Vaults.create(files);
        Vaults.set(vault, Vaults.KEY, "old");
        files.failOnce(0);
        assertThatThrownBy(() -> Vaults.set(vault, Vaults.KEY, "new"))
                .isInstanceOf(IOException.class)
                .hasMessageNotContaining("new");
        assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("old");
        assertThat(Vaults.set(vault, Vaults.KEY, "newer").version()).isEqualTo(2);
        assertThat(Vaults.value(Vaults.open(files), Vaults.KEY)).isEqualTo("newer");
    }

    @Test
    void wipesTheDataKeyOfAVaultThatCannotBeMade() {
        List<byte[]> given = new ArrayList<>();
        RandomSource random = Vaults.random(1);
        VaultStore store = new VaultStore(
                files,
                count -> {
                    byte[] bytes = random.bytes(count);
                    given.add(bytes);
                    return bytes;
                },
                Instant::now,
                new Argon2Cost(1, 32, 4));
        files.failOnce(0);
        assertThatThrownBy(() -> store.create(List.of(Vaults.key()))).isInstanceOf(IOException.class);
        assertThat(given.stream().filter(bytes -> bytes.length == VaultCrypto.KEY_BYTES))
                .containsExactly(new byte[VaultCrypto.KEY_BYTES]);
    }

    private static SecretInfo info(SecretName name, int version, boolean canary, SecretInfo.State state) {
        return new SecretInfo(name, version, 1_700_000_000L, canary, state);
    }

    /** More than a thousand secrets that are deleted once had the file written anew at every change. */
    @Test
    void writesNothingAnewForMarksThatAreNeeded() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        for (int i = 0; i < 1_010; i++) {
            SecretName name = new SecretName("n" + i);
            Vaults.set(vault, name, "x");
            vault.delete(name);
        }
        int before = files.steps().size();
        Vaults.set(vault, Vaults.KEY, "one");
        vault.delete(Vaults.KEY);
        assertThat(files.steps().subList(before, files.steps().size())).noneMatch(step -> step.contains("vault.new"));
        for (int i = 0; i < 510; i++) {
            vault.undelete(Vaults.KEY);
            vault.delete(Vaults.KEY);
        }
        assertThat(files.steps().subList(before, files.steps().size()))
                .as("those that are not are left out at times")
                .containsOnlyOnce("create vault.new");
        assertThat(Vaults.open(files).size().secrets()).isEqualTo(1_011);
    }

    @Test
    void importsNoCanaryAsAPlainSecretNorTheOtherWayRound() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        VaultStore store = Vaults.store(files, 3);
        vault.set(Vaults.KEY, Vaults.secret("bait"), true);
        vault.set(Vaults.KEY, Vaults.secret("newer bait"), true);
        vault.export("canary", Vaults.key());
        vault.destroy(Vaults.KEY, Optional.empty());
        Vaults.set(vault, Vaults.KEY, "plain");
        vault.export("plain", Vaults.key());
        vault.importFrom(store.openForImport("canary", Vaults.key()), true);
        assertThat(vault.isCanary(Vaults.KEY)).isTrue();
        Vaults.refused(() -> vault.importFrom(store.openForImport("plain", Vaults.key()), true), VaultReason.CANARY);
        Vaults.refused(() -> vault.lend(Vaults.KEY, Optional.empty()), VaultReason.CANARY);
        Vaults.refused(() -> vault.lend(Vaults.KEY, Optional.of(1)), VaultReason.CANARY);
    }
}
