package dev.nullbox.warden;

import com.google.gson.JsonArray;
import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * How long the vault takes: {@code VaultBench --json [DIRECTORY]} prints, for 10, 1,000 and 100,000 secrets of 64 bytes,
 * unsealing by the recommended passphrase (ms), heap in use after it (MiB), and sets (each synced twice) and gets per second.
 */
final class VaultBench {
    private static final int[] SIZES = {10, 1_000, 100_000};
    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(3);

    private VaultBench() {}

    public static void main(String[] args) throws Exception {
        Path parent = Path.of(args.length > 1 ? args[1] : System.getProperty("java.io.tmpdir"));
        JsonArray results = new JsonArray();
        for (int secrets : SIZES) {
            results.add(measure(Files.createTempDirectory(parent, "vault-bench"), secrets));
        }
        System.out.println(results);
    }

    private static JsonObject measure(Path directory, int secrets) throws Exception {
        VaultStore store = VaultStore.in(directory, RandomSource.kernel(), InstantSource.system());
        fill(directory, store, secrets);
        long start = System.nanoTime();
        VaultOpenResult result = store.open(Vaults.passphrase());
        long unsealed = System.nanoTime();
        JsonObject json = new JsonObject();
        json.addProperty("secrets", secrets);
        json.addProperty("unseal_ms", TimeUnit.NANOSECONDS.toMillis(unsealed - start));
        Runtime runtime = Runtime.getRuntime();
        json.addProperty("heap_mib", (runtime.totalMemory() - runtime.freeMemory()) >> 20);
        if (!(result instanceof VaultOpenResult.Opened(Vault vault, int _))) {
            throw new IllegalStateException("the vault does not open: " + result);
        }
        try (vault;
                Secret value = Secret.owning(new byte[64])) {
            json.addProperty("sets_per_s", perSecond(i -> vault.set(name(i % secrets), value, false)));
            json.addProperty("gets_per_s", perSecond(i -> vault.get(name(i % secrets), Optional.empty())));
        }
        json.addProperty("bytes", Files.size(directory.resolve(VaultFile.NAME)));
        Files.delete(directory.resolve(VaultFile.NAME));
        Files.delete(directory);
        return json;
    }

    /** Writes the secrets at once, as a rewriting does: one by one, 100,000 of them would be 200,000 syncs. */
    private static void fill(Path directory, VaultStore store, int secrets) throws VaultException, IOException {
        byte[] vaultId = store.random().bytes(VaultHeader.VAULT_ID_BYTES);
        try (VaultKeys keys =
                        new VaultKeys(vaultId, Secret.owning(store.random().bytes(VaultCrypto.KEY_BYTES)));
                Secret value = Secret.owning(new byte[64])) {
            VaultHeader header = new VaultHeader(vaultId, 1, List.of(store.wrap(Vaults.passphrase(), 1, keys)));
            VaultWriter writer = new VaultWriter(new DirectoryFiles(directory), VaultFile.NAME, header, keys);
            for (int i = 0; i < secrets; i++) {
                SealedRecord.Head head = new SealedRecord.Head(i + 1, SealedRecord.Kind.VALUE, false, 1, 0, name(i));
                writer.add(SealedRecord.seal(keys, store.random(), head, value));
            }
            writer.finish(1);
        }
    }

    /** Something done once. */
    @FunctionalInterface
    private interface Work {
        Object run(int i) throws VaultException, IOException;
    }

    private static long perSecond(Work work) throws VaultException, IOException {
        long start = System.nanoTime();
        int done = 0;
        while (done < 900 && System.nanoTime() - start < RUN_NANOS) {
            work.run(done++);
        }
        return done * TimeUnit.SECONDS.toNanos(1) / (System.nanoTime() - start);
    }

    private static SecretName name(int i) {
        return new SecretName("secret_" + i);
    }
}
