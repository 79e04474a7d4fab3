package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Files with authentic commits and any records, as no stranger can make them but whoever hands a file over to be imported:
 * so that what is behind the authentication is reached. Whatever they hold, the answer is a refusal that changes nothing,
 * or a vault that gives the values sealed in it and goes on working; never another exception.
 */
class VaultPropertyTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    private static final int ROUNDS = 300;
    private static final List<SecretName> NAMES = List.of(Vaults.KEY, Vaults.TOKEN, new SecretName("n3"));

    /** A file, and the values in it by name and version. */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record Forged(byte[] file, Map<String, String> values) {}

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void opensWithWhatWasSealedOrRefusesAndChangesNothing(long seed) throws Exception {
        Random random = new Random(SEED + seed);
        int opened = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Forged forged = forged(random);
            MemoryFiles files = new MemoryFiles();
            files.put("vault", forged.file());
            switch (Vaults.store(files, round).open(Vaults.key())) {
                case VaultOpenResult.Refused _ ->
                    assertThat(files.bytes("vault")).isEqualTo(forged.file());
                case VaultOpenResult.Opened(Vault vault, int _) -> {
                    opened++;
                    Map<String, String> found = values(vault);
                    found.values().removeIf(value -> !value.startsWith("value "));
                    assertThat(forged.values()).as("round %d", round).containsAllEntriesOf(found);
                    goesOnWorking(files, vault, random);
                }
            }
        }
        assertThat(opened).isBetween(ROUNDS / 10, ROUNDS * 9 / 10);
    }

    @ParameterizedTest
    @ValueSource(longs = {5, 6, 7, 8})
    void isImportedWholeOrNotAtAll(long seed) throws Exception {
        Random random = new Random(SEED + seed);
        int imported = 0;
        for (int round = 0; round < ROUNDS; round++) {
            MemoryFiles files = new MemoryFiles();
            VaultStore store = Vaults.store(files, round);
            Vault vault = Vaults.create(files);
            Vaults.set(vault, Vaults.KEY, "ours");
            Map<String, String> before = values(vault);
            files.put("vault.transfer", forged(random).file());
            boolean overwrite = random.nextInt(4) > 0;
            try {
                vault.importFrom(store.openForImport("vault.transfer", Vaults.key()), overwrite);
                imported++;
                assertThat(values(vault)).containsAllEntriesOf(before);
            } catch (RpcException e) {
                assertThat(values(vault)).as("round %d", round).isEqualTo(before);
            }
            goesOnWorking(files, vault, random);
        }
        assertThat(imported).isBetween(ROUNDS / 10, ROUNDS * 9 / 10);
    }

    /** The header is authenticated last: its parser meets any bytes. */
    @ParameterizedTest
    @ValueSource(longs = {9, 10})
    void noHeaderIsTakenForAnother(long seed) throws Exception {
        Random random = new Random(SEED + seed);
        MemoryFiles files = new MemoryFiles();
        Vaults.store(files, seed).create(List.of(Vaults.key(), Vaults.passphrase()));
        byte[] whole = files.bytes("vault");
        for (int round = 0; round < 4 * ROUNDS; round++) {
            byte[] file = whole.clone();
            for (int changes = 1 + random.nextInt(4); changes > 0; changes--) {
                file[8 + random.nextInt(random.nextBoolean() ? 250 : 4056)] = (byte) random.nextInt();
            }
            byte[] digest = VaultCrypto.sha256(Arrays.copyOf(file, 4064));
            System.arraycopy(digest, 0, file, 4064, digest.length);
            files.put("vault", file);
            if (!Arrays.equals(file, whole)) {
                assertThat(Vaults.store(files, seed).open(Vaults.key()))
                        .as("round %d", round)
                        .isInstanceOf(VaultOpenResult.Refused.class);
            }
        }
    }

    /** Once a file with such a version ended in an ArithmeticException, at every change of its secret. */
    @Test
    void theHighestVersionIsTheLast() throws Exception {
        MemoryFiles files = new MemoryFiles();
        Vault vault = Vaults.create(files);
        try (ForgedVault forged = new ForgedVault(1)) {
            forged.add(1, SealedRecord.Kind.VALUE, Integer.MAX_VALUE, Vaults.KEY, new byte[] {'v'});
            files.put("vault.transfer", forged.bytes());
        }
        VaultStore store = Vaults.store(files, 1);
        vault.importFrom(store.openForImport("vault.transfer", Vaults.key()), false);
        assertThat(Vaults.value(vault, Vaults.KEY, Integer.MAX_VALUE)).isEqualTo("v");
        Vaults.refused(() -> Vaults.set(vault, Vaults.KEY, "w"), VaultReason.TOO_MANY_VERSIONS);
        Vaults.refused(
                () -> vault.importFrom(store.openForImport("vault.transfer", Vaults.key()), true),
                VaultReason.TOO_MANY_VERSIONS);
        assertThat(vault.destroy(Vaults.KEY, Optional.empty())).isEqualTo(1);
        assertThat(Vaults.set(vault, Vaults.KEY, "w").version()).isEqualTo(1);
    }

    private static Forged forged(Random random) throws IOException {
        Map<String, String> values = new HashMap<>();
        Map<SecretName, Integer> versions = new HashMap<>();
        try (ForgedVault forged = new ForgedVault(random.nextLong())) {
            int records = random.nextInt(9);
            for (int i = 1; i <= records; i++) {
                SecretName name = NAMES.get(random.nextInt(NAMES.size()));
                SealedRecord.Kind[] kinds = SealedRecord.Kind.values();
                SealedRecord.Kind kind =
                        random.nextInt(3) > 0 ? SealedRecord.Kind.VALUE : kinds[random.nextInt(kinds.length)];
                boolean mark = kind == SealedRecord.Kind.DELETED || kind == SealedRecord.Kind.UNDELETED;
                int next = mark ? 0 : versions.merge(name, 1 + random.nextInt(2), Integer::sum);
                int version = rarely(random) ? random.nextInt() : next;
                long sequence = rarely(random) ? random.nextLong() >> 2 : i;
                String value = kind == SealedRecord.Kind.VALUE ^ rarely(random) ? "value " + i : "";
                byte[] record = forged.add(
                        sequence, kind, version, name, Vaults.secret(value).bytes());
                values.put(name + " " + version, kind == SealedRecord.Kind.VALUE ? value : "DESTROYED");
                if (rarely(random)) {
                    record[random.nextInt(record.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
            byte[] file = forged.bytes();
            return new Forged(rarely(random) ? Arrays.copyOf(file, file.length + random.nextInt(200)) : file, values);
        }
    }

    private static boolean rarely(Random random) {
        return random.nextInt(24) == 0;
    }

    /** Changes are made or refused, and are there after the vault is opened anew. */
    private static void goesOnWorking(MemoryFiles files, Vault vault, Random random) throws IOException, RpcException {
        for (int i = 0; i < 3; i++) {
            SecretName name = NAMES.get(random.nextInt(NAMES.size()));
            try {
                switch (random.nextInt(4)) {
                    case 0 -> vault.delete(name);
                    case 1 -> vault.undelete(name);
                    case 2 -> vault.destroy(name, Optional.empty());
                    default -> Vaults.set(vault, name, "set " + i);
                }
            } catch (RpcException e) {
                assertThat(Vaults.reason(e))
                        .isIn(
                                VaultReason.SECRET_UNKNOWN,
                                VaultReason.SECRET_DELETED,
                                VaultReason.SECRET_NOT_DELETED,
                                VaultReason.TOO_MANY_VERSIONS);
            }
        }
        assertThat(values(Vaults.open(files))).isEqualTo(values(vault));
    }

    /** By name and version the value, or why there is none. */
    private static Map<String, String> values(Vault vault) throws RpcException, IOException {
        Map<String, String> values = new TreeMap<>();
        for (SecretInfo secret : vault.list(Optional.empty(), 100, true)) {
            for (SecretInfo version : vault.history(secret.name())) {
                values.put(secret.name() + " " + version.version(), value(vault, version));
            }
        }
        return values;
    }

    private static String value(Vault vault, SecretInfo version) throws RpcException, IOException {
        if (version.state() != SecretInfo.State.LIVE) {
            return version.state().name();
        }
        try {
            return Vaults.value(vault, version.name(), version.version());
        } catch (RpcException e) {
            return e.detail();
        }
    }
}
