package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Keys are wiped wherever opening a vault fails, and only there. */
class VaultKeysTest {
    private final MemoryFiles files = new MemoryFiles();
    private final VaultStore store = Vaults.store(files, 1);
    private byte[] whole = {};

    /** A vault with a record that was not counted yet, so that opening it writes too. */
    @BeforeEach
    void make() throws Exception {
        try (Vault vault = Vaults.create(files)) {
            Vaults.set(vault, Vaults.KEY, "one");
            byte[] before = files.bytes("vault");
            Vaults.set(vault, Vaults.KEY, "two");
            byte[] after = files.bytes("vault");
            whole = Arrays.copyOf(before, after.length);
            System.arraycopy(after, before.length, whole, before.length, after.length - before.length);
        }
        files.put("vault", whole);
    }

    @Test
    @SuppressWarnings("NullAway") // what makes the constructor fail
    void theDataKeyIsWipedWhenTheOthersCannotBeMade() {
        byte[] data = {1, 2, 3};
        assertThatThrownBy(() -> new VaultKeys(null, Secret.owning(data))).isInstanceOf(NullPointerException.class);
        assertThat(data).containsOnly(0);
    }

    @Test
    void areWipedWhereverOpeningFails() throws Exception {
        int reads = failsAtEachRead((header, keys) -> store.open(header, keys));
        assertThat(reads).isGreaterThanOrEqualTo(4);
        int steps = failsAtEachStep((header, keys) -> store.open(header, keys));
        assertThat(steps).as("sync, commit, sync, delete").isEqualTo(4);
    }

    @Test
    void areWipedWhereverOpeningAnImportedFileFails() throws Exception {
        int reads = failsAtEachRead((header, keys) -> store.openForImport("vault", header, keys));
        assertThat(reads).isGreaterThanOrEqualTo(4);
        int steps = failsAtEachStep((header, keys) -> store.openForImport("vault", header, keys));
        assertThat(steps).as("sync, commit, sync").isEqualTo(3);
    }

    @Test
    void areWipedWhenTheFileIsRefused() throws Exception {
        for (List<Integer> places : List.of(List.of(4096, 8192), List.of(VaultHeader.RECORDS_AT + 60))) {
            byte[] changed = whole.clone();
            places.forEach(at -> changed[at] ^= 1);
            files.put("vault", changed);
            VaultHeader header = header();
            VaultKeys opening = keys(header);
            Vaults.refused(() -> store.open(header, opening), VaultReason.TAMPERED);
            assertWiped(opening);
            VaultKeys importing = keys(header);
            Vaults.refused(() -> store.openForImport("vault", header, importing), VaultReason.TAMPERED);
            assertWiped(importing);
        }
    }

    /** Something that takes keys over. */
    @FunctionalInterface
    private interface Opening {
        Object open(VaultHeader header, VaultKeys keys) throws RpcException, IOException;
    }

    private int failsAtEachRead(Opening opening) throws Exception {
        int reads = 0;
        for (; !succeeds(opening, reads, Integer.MAX_VALUE); reads++) {}
        return reads;
    }

    private int failsAtEachStep(Opening opening) throws Exception {
        int steps = 0;
        for (; !succeeds(opening, Integer.MAX_VALUE, steps); steps++) {}
        return steps;
    }

    /** Whether nothing failed any more. */
    private boolean succeeds(Opening opening, int read, int step) throws Exception {
        files.put("vault", whole);
        VaultHeader header = header();
        VaultKeys keys = keys(header);
        files.failRead(read);
        files.failOnce(step);
        try {
            opening.open(header, keys);
        } catch (IOException e) {
            assertWiped(keys);
            return false;
        } finally {
            files.failRead(Integer.MAX_VALUE);
            files.failOnce(Integer.MAX_VALUE);
        }
        assertThat(keys.data().length()).isEqualTo(VaultCrypto.KEY_BYTES);
        assertThat(keys.data().bytes()).isNotEqualTo(new byte[VaultCrypto.KEY_BYTES]);
        keys.close();
        return true;
    }

    private VaultHeader header() throws RpcException, IOException {
        return store.find().orElseThrow();
    }

    private static VaultKeys keys(VaultHeader header) throws RpcException {
        return VaultStore.unlock(header, Vaults.key()).keys();
    }

    private static void assertWiped(VaultKeys keys) {
        assertThatThrownBy(() -> keys.data().bytes()).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> keys.commit().bytes()).isInstanceOf(IllegalStateException.class);
    }
}
