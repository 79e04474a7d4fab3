package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * The power goes at every step of every kind of change, and once more at every step of the opening that follows: the
 * vault is as it was before the change or as it is after it, and after it when it was acknowledged.
 */
class VaultPowerCutTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);
    /** Number of disks that are tried among those that a cut may leave. */
    private static final int DISKS = 8;

    /** No change has so many steps. */
    private static final int MANY = 40;

    private static final String IMPORTED = "vault.import";

    /** Change during which the power goes. */
    enum Change {
        SET,
        SET_OVER_MANY_SECTORS,
        DELETE,
        UNDELETE,
        DESTROY_A_VERSION,
        DESTROY,
        ADD_A_SLOT,
        REPLACE_A_SLOT,
        REMOVE_A_SLOT,
        CHANGE_THE_DATA_KEY,
        EXPORT,
        IMPORT;

        private void make(Vault vault, VaultStore store) throws RpcException, IOException {
            List<KeySlot> slots = vault.header().slots();
            switch (this) {
                case SET -> Vaults.set(vault, Vaults.KEY, "three");
                case SET_OVER_MANY_SECTORS -> Vaults.set(vault, Vaults.KEY, "x".repeat(3_000));
                case DELETE -> vault.delete(Vaults.KEY);
                case UNDELETE -> vault.undelete(Vaults.TOKEN);
                case DESTROY_A_VERSION -> vault.destroy(Vaults.KEY, Optional.of(1));
                case DESTROY -> vault.destroy(Vaults.TOKEN, Optional.empty());
                case ADD_A_SLOT -> vault.rekey(slots, at(3), false);
                case REPLACE_A_SLOT -> vault.rekey(slots.subList(1, 2), at(1), false);
                case REMOVE_A_SLOT -> vault.replaceSlots(slots.subList(0, 1));
                case CHANGE_THE_DATA_KEY -> vault.rekey(List.of(), at(1), true);
                case EXPORT -> vault.export("vault.export", other());
                case IMPORT -> vault.importFrom(store.openForImport(IMPORTED, other()), true);
            }
        }

        private static SortedMap<Integer, Credential> at(int slot) {
            return new TreeMap<>(Map.of(slot, other()));
        }
    }

    @ParameterizedTest
    @EnumSource
    void everyChangeIsWholeOrNotThere(Change change) throws Exception {
        Map<String, String> before = contents(disk());
        MemoryFiles undisturbed = disk();
        change.make(Vaults.open(undisturbed), Vaults.store(undisturbed, 5));
        Map<String, String> after = contents(undisturbed);
        assertThat(after.equals(before)).isEqualTo(change == Change.EXPORT);
        boolean acknowledged = false;
        for (int step = 0; !acknowledged; step++) {
            MemoryFiles files = disk();
            Vault vault = Vaults.open(files);
            files.cutPowerAtStep(step);
            acknowledged = isDone(() -> change.make(vault, Vaults.store(files, 5)));
            List<Map<String, String>> allowed = acknowledged ? List.of(after) : List.of(before, after);
            for (int seed = 0; seed < DISKS; seed++) {
                MemoryFiles found = files.afterPowerCut(new Random(SEED + seed));
                reopens(found, allowed, new Random(SEED + seed), change + " cut at step " + step + ", disk " + seed);
            }
            assertThat(step).isLessThan(MANY);
        }
    }

    @Test
    void aNewVaultIsWholeOrNotThere() throws Exception {
        boolean acknowledged = false;
        for (int step = 0; !acknowledged; step++) {
            MemoryFiles files = new MemoryFiles();
            files.cutPowerAtStep(step);
            acknowledged = isDone(() -> Vaults.create(files));
            for (int seed = 0; seed < DISKS; seed++) {
                MemoryFiles found = files.afterPowerCut(new Random(SEED + seed));
                boolean there = found.has("vault");
                assertThat(there || !acknowledged)
                        .as("step %d, disk %d", step, seed)
                        .isTrue();
                try (Vault vault = there ? Vaults.open(found) : Vaults.create(found)) {
                    Vaults.set(vault, Vaults.KEY, "works");
                }
                assertThat(Vaults.value(Vaults.open(found), Vaults.KEY)).isEqualTo("works");
            }
            assertThat(step).isLessThan(MANY);
        }
    }

    /** The vault opens, also when the power goes while it does, and what it has been once it stays. */
    private static void reopens(MemoryFiles disk, List<Map<String, String>> allowed, Random random, String when)
            throws Exception {
        boolean opened = false;
        for (int step = 0; !opened; step++) {
            MemoryFiles files = disk.afterPowerCut(random);
            files.cutPowerAtStep(step);
            opened = isDone(() -> contents(files));
            MemoryFiles again = files.afterPowerCut(random);
            Map<String, String> found = contents(again);
            assertThat(allowed).as("%s, opening cut at step %d", when, step).contains(found);
            assertThat(contents(again)).as(when).isEqualTo(found);
            assertThat(step).isLessThan(MANY);
        }
    }

    /** Something that the power may end. */
    @FunctionalInterface
    private interface Task {
        void run() throws RpcException, IOException;
    }

    private static boolean isDone(Task task) throws RpcException {
        try {
            task.run();
            return true;
        } catch (IOException e) {
            assertThat(e).hasMessage("power cut");
            return false;
        }
    }

    private static MemoryFiles disk() throws Exception {
        MemoryFiles made = new MemoryFiles();
        try (Vault vault = Vaults.store(made, 1).create(List.of(Vaults.key(), Vaults.passphrase()))) {
            Vaults.set(vault, Vaults.KEY, "one");
            Vaults.set(vault, Vaults.KEY, "two");
            Vaults.set(vault, Vaults.TOKEN, "hidden");
            vault.delete(Vaults.TOKEN);
        }
        MemoryFiles elsewhere = new MemoryFiles();
        try (Vault vault = Vaults.store(elsewhere, 2).create(List.of(other()))) {
            Vaults.set(vault, Vaults.KEY, "imported");
            Vaults.set(vault, new SecretName("NEW"), "imported too");
        }
        MemoryFiles disk = new MemoryFiles();
        disk.put("vault", made.bytes("vault"));
        disk.put(IMPORTED, elsewhere.bytes("vault"));
        return disk;
    }

    private static Credential other() {
        byte[] key = new byte[VaultCrypto.KEY_BYTES];
        Arrays.fill(key, (byte) 9);
        return new Credential.Key(Secret.owning(key));
    }

    /** Content of the vault, and its slots. */
    private static Map<String, String> contents(MemoryFiles files) throws RpcException, IOException {
        Map<String, String> contents = new TreeMap<>();
        Map<String, Credential> credentials =
                Map.of("key", Vaults.key(), "passphrase", Vaults.passphrase(), "other key", other());
        for (Map.Entry<String, Credential> credential : credentials.entrySet()) {
            switch (Vaults.store(files, 3).open(credential.getValue())) {
                case VaultOpenResult.Opened(Vault vault, int slot) -> {
                    contents.putAll(Vaults.contents(vault));
                    contents.put(credential.getKey(), "opens slot " + slot);
                }
                case VaultOpenResult.Refused refused ->
                    assertThat(refused.reason()).isEqualTo(VaultReason.WRONG_KEY);
            }
        }
        return contents;
    }
}
