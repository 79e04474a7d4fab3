package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.HotSpotDiagnosticMXBean;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Remains in the memory of a process that has used the vault: its heap is dumped, what is reachable and what is not,
 * and searched for secrets that the process itself was never told.
 *
 * <p>Bouncy Castle copies keys into objects of its own, which are garbage when a call returns, and which the image's
 * collector overwrites (image/native.sh: ZapConsumedHeapChunks). So keys are looked for among what is reachable, and
 * values, of which nobody else makes a copy, everywhere.
 */
class VaultWipeIT {
    private static final int VALUE_BYTES = 48;
    private static final String[] VALUES = {"value of " + Vaults.KEY, "value of " + Vaults.TOKEN};
    private static final Argon2Cost COST = new Argon2Cost(1, 32, 4);

    @TempDir
    private Path directory = Path.of("");

    private final Map<String, byte[]> secrets = new TreeMap<>();

    @BeforeEach
    void make() throws Exception {
        VaultStore store = store(directory);
        try (Vault vault = store.create(List.of(Vaults.passphrase()))) {
            for (SecretName name : List.of(Vaults.KEY, Vaults.TOKEN)) {
                byte[] value = store.random().bytes(VALUE_BYTES);
                secrets.put("value of " + name, value);
                vault.set(name, Secret.owning(value.clone()), false);
            }
        }
        VaultHeader header = store.find().orElseThrow();
        byte[] slot = header.slots().getFirst().bytes();
        byte[] salt = Arrays.copyOfRange(slot, KeySlot.HEAD_BYTES + 12, KeySlot.HEAD_BYTES + 28);
        try (Secret stretched = VaultCrypto.argon2id(Vaults.passphrase().secret(), salt, COST);
                Secret wrapping = VaultCrypto.derive(stretched, header.vaultId(), "nullbox vault 2 slot wrap");
                VaultKeys open = VaultStore.unlock(header, Vaults.passphrase()).keys();
                Secret record = VaultCrypto.derive(open.data(), salt(), "nullbox vault 2 record")) {
            secrets.put("Argon2id's output", stretched.bytes().clone());
            secrets.put("wrapping key", wrapping.bytes().clone());
            secrets.put("data key", open.data().bytes().clone());
            secrets.put("commit key", open.commit().bytes().clone());
            secrets.put("record key", record.bytes().clone());
        }
    }

    private byte[] salt() throws Exception {
        byte[] file = Files.readAllBytes(directory.resolve("vault"));
        int at = VaultHeader.RECORDS_AT
                + SealedRecord.FIXED_BYTES
                + Vaults.KEY.value().length();
        return Arrays.copyOfRange(file, at, at + VaultCrypto.SALT_BYTES);
    }

    /** Control: the others would be found. */
    @Test
    void theKeysOfAnOpenVaultAndAValueInUseAreThere() throws Exception {
        byte[] dump = dump("hold", true);
        assertThat(found(dump)).containsExactly("commit key", "data key", VALUES[0], VALUES[1]);
    }

    @Test
    void nothingIsLeftOfAVaultThatWasUsedAndClosed() throws Exception {
        assertThat(found(dump("use", true))).isEmpty();
        assertThat(found(dump("use", false))).doesNotContain(VALUES);
    }

    /** The second of two: the first is opened to see that it is authentic. */
    @Test
    void nothingIsLeftOfARecordThatIsNotAsItWasSealed() throws Exception {
        spoil(Files.size(directory.resolve("vault")) - 1);
        assertThat(found(dump("use", true))).isEmpty();
        assertThat(found(dump("use", false))).doesNotContain(VALUES);
    }

    @Test
    void nothingIsLeftOfASlotThatIsNotAsItWasWrapped() throws Exception {
        byte[] file = Files.readAllBytes(directory.resolve("vault"));
        file[40 + KeySlot.HEAD_BYTES + 104 - 1] ^= 1;
        System.arraycopy(VaultCrypto.sha256(Arrays.copyOf(file, 4064)), 0, file, 4064, VaultCrypto.HASH_BYTES);
        Files.write(directory.resolve("vault"), file);
        assertThat(found(dump("use", true))).isEmpty();
        // Nobody but the opener of the slot could have had it.
        assertThat(found(dump("use", false)))
                .doesNotContain("data key", "commit key", "record key")
                .doesNotContain(VALUES);
    }

    private void spoil(long at) throws Exception {
        byte[] file = Files.readAllBytes(directory.resolve("vault"));
        file[(int) at] ^= 1;
        Files.write(directory.resolve("vault"), file);
    }

    private List<String> found(byte[] dump) {
        String text = new String(dump, StandardCharsets.ISO_8859_1);
        List<String> found = new ArrayList<>();
        secrets.forEach((name, secret) -> {
            if (text.contains(new String(secret, StandardCharsets.ISO_8859_1))) {
                found.add(name);
            }
        });
        return found;
    }

    private byte[] dump(String work, boolean reachable) throws Exception {
        Path dump = directory.resolve("dump.hprof");
        Files.deleteIfExists(dump);
        List<String> options = List.of("-XX:+UseSerialGC", "-Xmn256m");
        Child.says(
                Child.java(
                        options, Dumped.class, work, directory.toString(), dump.toString(), String.valueOf(reachable)),
                60);
        return Files.readAllBytes(dump);
    }

    private static VaultStore store(Path directory) {
        InstantSource clock = () -> Instant.EPOCH;
        return new VaultStore(Directory.at(directory), RandomSource.kernel(), clock, COST);
    }

    /** The process. */
    static final class Dumped {
        private Dumped() {}

        public static void main(String[] args) throws Exception {
            List<AutoCloseable> held = new ArrayList<>();
            try (Credential passphrase = Vaults.passphrase()) {
                if (store(Path.of(args[1])).open(passphrase) instanceof VaultOpenResult.Opened(Vault vault, int _)) {
                    held.add(vault);
                    held.add(vault.get(Vaults.KEY, Optional.empty()).value());
                    held.add(vault.get(Vaults.TOKEN, Optional.empty()).value());
                }
            } catch (RpcException e) {
                System.err.println(Vaults.reason(e));
            }
            if (!args[0].equals("hold")) {
                for (AutoCloseable one : held) {
                    one.close();
                }
            }
            ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
                    .dumpHeap(args[2], Boolean.parseBoolean(args[3]));
            held.forEach(one -> System.identityHashCode(one));
        }
    }
}
