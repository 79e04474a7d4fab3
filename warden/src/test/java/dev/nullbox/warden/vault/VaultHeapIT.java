package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.protocol.id.Text;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Directory;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The largest vaults, and files that are made to be too large, in a process with little heap: each is worked with,
 * imported or refused, and memory never runs out.
 *
 * <p>The heap is smaller than warden's 192 MiB. In the image the collector copies what lives, so that for a moment it
 * is there twice; 144 MiB twice, and 32 for the program and its threads, are the 320 MiB of warden's control group
 * (nulld's ServiceTable). References are as wide as in the image, objects no smaller, and the young generation is the
 * same.
 */
class VaultHeapIT {
    private static final List<String> HEAP = List.of(
            "-Xmx" + System.getProperty("vault.heap", "144m"),
            "-XX:+UseSerialGC",
            "-XX:MaxNewSize=4m",
            "-XX:-UseCompressedOops",
            "-XX:+ExitOnOutOfMemoryError");

    private static final int SECRETS = VaultLimits.MAX_SECRETS;
    private static final int ALL_VERSIONS = VaultLimits.MAX_ALL_VERSIONS;
    private static final SecretName NEW = new SecretName("new");

    /** A value of this length for every version there may be fills the longest file. */
    private static final int FILLING_BYTES =
            (int) ((VaultLimits.MAX_FILE_BYTES - VaultHeader.RECORDS_AT) / ALL_VERSIONS)
                    - (SealedRecord.MIN_BYTES - 1 + Text.MAX_IDENTIFIER);

    /** As many of the shortest records as the longest file has room for: millions. */
    private static final int TINY_RECORDS =
            (int) ((VaultLimits.MAX_FILE_BYTES - VaultHeader.RECORDS_AT) / SealedRecord.MIN_BYTES) - 1;

    @TempDir
    static Path files = Path.of("");

    @TempDir
    private Path directory = Path.of("");

    /** Made outside the small heap: one version of each secret, two of each, two of each that fill the file, and marks. */
    @BeforeAll
    static void make() throws Exception {
        List<Callable<Path>> writers = List.of(
                () -> fill("filled", 2, FILLING_BYTES),
                () -> forge("tiny"),
                () -> fill("two", 2, 1),
                () -> fill("one", 1, 1));
        try (ExecutorService both = Executors.newFixedThreadPool(2)) {
            for (Future<Path> written : both.invokeAll(writers)) {
                assertThat(written.get()).isNotEmptyFile();
            }
        }
        assertThat(Files.size(files.resolve("filled"))).isGreaterThan(VaultLimits.MAX_FILE_BYTES - ALL_VERSIONS);
        assertThat(Files.size(files.resolve("tiny")))
                .isGreaterThan(VaultLimits.MAX_FILE_BYTES - 2 * SealedRecord.MIN_BYTES);
    }

    @Test
    void worksWithTheMostSecretsAndVersions() throws Exception {
        place("two", "vault");
        assertThat(inWardensHeap("list", "destroy", "set", "rekey", "export"))
                .isEqualTo("100000 secrets, 199999 versions");
    }

    @Test
    void worksWithTheLongestFile() throws Exception {
        place("filled", "vault");
        assertThat(inWardensHeap("destroy", "set")).isEqualTo("100000 secrets, 199999 versions");
    }

    @Test
    void importsTheLongestFile() throws Exception {
        place("one", "vault");
        place("filled", "vault.transfer");
        assertThat(inWardensHeap("import")).isEqualTo("100000 secrets, 200000 versions");
    }

    /** Nothing of it can be known before both are in memory, and most of what they would be together. */
    @Test
    void refusesToImportMoreThanThereMayBe() throws Exception {
        place("two", "vault");
        place("filled", "vault.transfer");
        assertThat(inWardensHeap("import")).startsWith("TOO_MANY_VERSIONS ");
    }

    @Test
    void refusesMillionsOfRecords() throws Exception {
        place("tiny", "vault");
        assertThat(inWardensHeap()).startsWith("TAMPERED ").contains("(number of marks)");
        spoilTheEnd("vault");
        assertThat(inWardensHeap()).startsWith("TAMPERED ").contains("(number of records)");
    }

    @Test
    void refusesToImportMillionsOfRecords() throws Exception {
        place("two", "vault");
        place("tiny", "vault.transfer");
        spoilTheEnd("vault.transfer");
        assertThat(inWardensHeap("import")).startsWith("TAMPERED ").contains("(number of records)");
    }

    private void place(String file, String name) throws IOException {
        Files.copy(files.resolve(file), directory.resolve(name), StandardCopyOption.REPLACE_EXISTING);
    }

    /** So that the records are not those of the commits, and which of them is wrong must be found out. */
    private void spoilTheEnd(String name) throws IOException {
        try (FileChannel channel = FileChannel.open(directory.resolve(name), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {1}), channel.size() - 1);
        }
    }

    private static Path fill(String file, int versions, int valueBytes) throws IOException, RpcException {
        return write(file, (writer, keys, random) -> {
            try (Secret value = Secret.owning(new byte[valueBytes])) {
                for (int i = 0; i < SECRETS * versions; i++) {
                    SealedRecord.Head head = new SealedRecord.Head(
                            i + 1, SealedRecord.Kind.VALUE, false, i / SECRETS + 1, i, name(i % SECRETS));
                    writer.add(SealedRecord.seal(keys, random, head, value));
                }
            }
        });
    }

    /** A secret, hidden and brought back as often as there is room; authentic as far as anybody looks. */
    private static Path forge(String file) throws IOException, RpcException {
        SecretName secret = new SecretName("s");
        return write(file, (writer, keys, random) -> {
            for (int i = 0; i <= TINY_RECORDS; i++) {
                SealedRecord.Kind kind = i % 2 == 0 ? SealedRecord.Kind.UNDELETED : SealedRecord.Kind.DELETED;
                SealedRecord.Head head = i == 0
                        ? new SealedRecord.Head(1, SealedRecord.Kind.VALUE, false, 1, 0, secret)
                        : new SealedRecord.Head(i + 1, kind, false, 0, 0, secret);
                try (Secret value = Secret.owning(new byte[i == 0 ? 1 : 0])) {
                    writer.add(
                            i <= VaultLimits.MAX_RECORDS
                                    ? SealedRecord.seal(keys, random, head, value)
                                    : ForgedVault.hollowRecord(head, 0));
                }
            }
        });
    }

    private static Path write(String file, Vaults.Records records) throws IOException, RpcException {
        VaultStore store =
                new VaultStore(Directory.at(files), Vaults.random(1), InstantSource.system(), Argon2Cost.RECOMMENDED);
        Vaults.write(store, file, records);
        return files.resolve(file);
    }

    private static SecretName name(int i) {
        String number = Integer.toString(i);
        return new SecretName("n".repeat(Text.MAX_IDENTIFIER - number.length()) + number);
    }

    /** Output of the process that opens the vault and does this. */
    private String inWardensHeap(String... steps) throws Exception {
        List<String> arguments = new ArrayList<>(List.of(directory.toString()));
        arguments.addAll(List.of(steps));
        return Child.says(Child.java(HEAP, VaultHeapIT.class, arguments.toArray(String[]::new)), 300)
                .strip();
    }

    /** The process. */
    public static void main(String[] args) throws Exception {
        VaultStore store = VaultStore.in(Path.of(args[0]), RandomSource.kernel(), InstantSource.system());
        try {
            switch (store.open(Vaults.passphrase())) {
                case VaultOpenResult.Refused refused -> System.out.println(refused.reason() + " " + refused.message());
                case VaultOpenResult.Opened(Vault vault, int _) -> {
                    for (String step : Arrays.asList(args).subList(1, args.length)) {
                        work(step, store, vault);
                    }
                    Vault.Size size = vault.size();
                    System.out.println(size.secrets() + " secrets, " + size.versions() + " versions");
                }
            }
        } catch (RpcException e) {
            System.out.println(Vaults.reason(e) + " " + e.getMessage());
        }
    }

    private static void work(String step, VaultStore store, Vault vault) throws RpcException, IOException {
        switch (step) {
            case "import" -> vault.importFrom(store.openForImport("vault.transfer", Vaults.passphrase()), true);
            case "list" -> list(vault);
            case "destroy" -> vault.destroy(name(0), Optional.empty());
            case "set" -> Vaults.set(vault, NEW, "v");
            case "rekey" -> vault.rekey(List.of(), new TreeMap<>(Map.of(1, Vaults.passphrase())), true);
            case "export" -> vault.export("vault.transfer", Vaults.passphrase());
            default -> throw new IllegalArgumentException(step);
        }
    }

    private static void list(Vault vault) throws RpcException {
        int listed = 0;
        for (List<SecretInfo> page = vault.list(Optional.empty(), 5_000, true);
                !page.isEmpty();
                page = vault.list(Optional.of(page.getLast().name()), 5_000, true)) {
            listed += page.size();
        }
        if (listed != SECRETS) {
            throw new AssertionError("listed " + listed);
        }
    }
}
