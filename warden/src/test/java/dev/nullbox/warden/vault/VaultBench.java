package dev.nullbox.warden.vault;

import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.warden.api.VaultService;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Times and sizes of the vault, for 10, 1,000 and 100,000 secrets of 64 bytes; a line "FIGURE.SECRETS VALUE" each:
 *
 * <ul>
 *   <li>{@code unseal_peak_mib}: by how much unsealing for the first time makes the process larger at its largest, with
 *       Argon2id's 64 MiB and the code that is loaded for it
 *   <li>{@code unseal_ms}: by the recommended passphrase, when the JVM has compiled it as the appliance's image is
 *   <li>{@code set_per_second}: {@code vault.set} one after the other, each on the disk when it returns, and before it
 *       the record that it was asked for
 *   <li>{@code get_per_second}: {@code vault.get} of the newest values, one after the other, each with its audit record on
 *       the disk before it returns
 * </ul>
 *
 * Each size has a process of its own, with a heap like warden's.
 */
final class VaultBench {
    private static final List<Integer> SIZES = List.of(10, 1_000, 100_000);

    /** As nulld's ServiceTable and image/native.sh have them for warden; the file is filled outside of it. */
    private static final List<String> HEAP = List.of("-XX:+UseSerialGC", "-Xmx192m", "-XX:MaxNewSize=4m");

    private static final int WARM_UPS = 4;
    private static final int UNSEALS = 7;
    private static final long RUN_NANOS = TimeUnit.SECONDS.toNanos(3);
    private static final int VALUE_BYTES = 64;
    private static final Caller OPERATOR = new Caller("gateway", "gateway");

    private VaultBench() {}

    /** Without arguments: all sizes. With a size and a directory that holds its vault: that one, here. */
    public static void main(String[] args) throws Exception {
        if (args.length == 2) {
            measure(Integer.parseInt(args[0]), store(Path.of(args[1])));
            return;
        }
        for (int secrets : SIZES) {
            Path directory = Files.createTempDirectory("vault-bench");
            fill(directory, secrets);
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString()));
            command.addAll(HEAP);
            command.addAll(List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    VaultBench.class.getName(),
                    String.valueOf(secrets),
                    directory.toString()));
            int code = new ProcessBuilder(command).inheritIO().start().waitFor();
            if (code != 0) {
                throw new IllegalStateException("measuring " + secrets + " secrets ended with " + code);
            }
        }
    }

    private static VaultStore store(Path directory) {
        return VaultStore.in(directory, RandomSource.kernel(), InstantSource.system());
    }

    /** Writes the secrets at once, as a rewriting does: one by one, 100,000 of them would be 200,000 syncs. */
    private static void fill(Path directory, int secrets) throws RpcException, IOException {
        Vaults.write(store(directory), VaultFile.NAME, (writer, keys, random) -> {
            try (Secret value = Secret.owning(new byte[VALUE_BYTES])) {
                for (int i = 0; i < secrets; i++) {
                    SealedRecord.Head head =
                            new SealedRecord.Head(i + 1, SealedRecord.Kind.VALUE, false, 1, 0, name(i));
                    writer.add(SealedRecord.seal(keys, random, head, value));
                }
            }
        });
    }

    private static void measure(int secrets, VaultStore store) throws RpcException, IOException, RpcException {
        say("unseal_peak_mib", secrets, peakMib(store));
        for (int i = 0; i < WARM_UPS; i++) {
            unseal(store).close();
        }
        long[] nanos = new long[UNSEALS];
        for (int i = 0; i < UNSEALS; i++) {
            long start = System.nanoTime();
            Vault vault = unseal(store);
            nanos[i] = System.nanoTime() - start;
            vault.close();
        }
        Arrays.sort(nanos);
        say("unseal_ms", secrets, nanos[UNSEALS / 2] / 1e6);
        try (VaultManager manager = VaultManager.of(store, System::nanoTime);
                Credential passphrase = Vaults.passphrase()) {
            manager.unseal(passphrase);
            Map<String, RpcMethod> methods = methods(manager);
            JsonPrimitive value = new JsonPrimitive(Base64.getEncoder().encodeToString(new byte[VALUE_BYTES]));
            int most = secrets * (VaultLimits.MAX_VERSIONS - 1);
            say("set_per_second", secrets, perSecond(most, i -> {
                JsonObject params = named(i % secrets);
                params.add("value", value);
                return call(methods, "vault.set", params);
            }));
            say(
                    "get_per_second",
                    secrets,
                    perSecond(Integer.MAX_VALUE, i -> call(methods, "vault.get", named(i % secrets))));
        }
    }

    private static Map<String, RpcMethod> methods(VaultManager manager) throws IOException {
        EventSink nowhere = new EventSink(OutputStream.nullOutputStream());
        Audit audit = new Audit(manager.store().files(), InstantSource.system(), System::nanoTime, nowhere);
        Leases leases = new Leases(InstantSource.system(), System::nanoTime, audit::expired);
        FileTransfers transfers = manager.store().transfers(System::nanoTime);
        return new VaultService(manager, transfers, leases, audit, true)
                .methods().stream().collect(Collectors.toMap(RpcMethod::name, Function.identity()));
    }

    private static JsonObject named(int i) {
        JsonObject params = new JsonObject();
        params.addProperty("name", name(i).value());
        return params;
    }

    private static Object call(Map<String, RpcMethod> methods, String name, JsonObject params) throws RpcException {
        RpcMethod method = methods.get(name);
        if (method == null) {
            throw new IllegalStateException("no " + name);
        }
        return method.handler().handle(OPERATOR, params);
    }

    /** The kernel's own count, so that it is no matter of when garbage is collected. */
    private static double peakMib(VaultStore store) throws IOException {
        // proc_pid_clear_refs(5): the peak is what is there now.
        Files.writeString(Path.of("/proc/self/clear_refs"), "5");
        long before = statusKib("VmRSS");
        unseal(store).close();
        return (statusKib("VmHWM") - before) / 1024.0;
    }

    private static long statusKib(String name) throws IOException {
        return Files.readAllLines(Path.of("/proc/self/status")).stream()
                .filter(line -> line.startsWith(name + ":"))
                .map(line -> line.replaceAll("\\D", ""))
                .mapToLong(Long::parseLong)
                .findFirst()
                .orElseThrow();
    }

    private static Vault unseal(VaultStore store) throws IOException {
        return switch (store.open(Vaults.passphrase())) {
            case VaultOpenResult.Opened(Vault vault, int _) -> vault;
            case VaultOpenResult.Refused refused -> throw new IllegalStateException(refused.message());
        };
    }

    /** Something done once. */
    @FunctionalInterface
    private interface Work {
        Object run(int i) throws RpcException;
    }

    private static double perSecond(int most, Work work) throws RpcException {
        long start = System.nanoTime();
        int done = 0;
        while (done < most && System.nanoTime() - start < RUN_NANOS) {
            work.run(done++);
        }
        return done * 1e9 / (System.nanoTime() - start);
    }

    private static void say(String figure, int secrets, double value) {
        System.out.printf(Locale.ROOT, "%s.%d %.1f%n", figure, secrets, value);
    }

    private static SecretName name(int i) {
        return new SecretName("secret_" + i);
    }
}
