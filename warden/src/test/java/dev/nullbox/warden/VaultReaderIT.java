package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The format as another program with other libraries reads and writes it: Debian's python3-cryptography, -argon2. */
class VaultReaderIT {
    private static final String PASSPHRASE = "passphrase " + Vaults.PASSPHRASE;

    @TempDir
    private Path directory = Path.of("");

    @Test
    void agreesOnEveryVector() throws Exception {
        assertThat(python("vectors", VaultVectors.RESOURCE)).endsWith("vectors\n");
    }

    @Test
    void readsWhatWeWrite() throws Exception {
        try (Vault vault = store().create(List.of(Vaults.passphrase()))) {
            Vaults.set(vault, Vaults.KEY, "old");
            Vaults.set(vault, Vaults.KEY, "new");
        }
        String value = HexFormat.of().formatHex("new".getBytes(StandardCharsets.UTF_8));
        assertThat(python("read", directory.resolve("vault").toString(), PASSPHRASE))
                .isEqualTo("OPENAI_KEY=" + value + "\n");
    }

    @Test
    void writesWhatWeRead() throws Exception {
        python("write", directory.resolve("vault").toString(), PASSPHRASE, "OPENAI_KEY=one", "token2=two");
        VaultOpenResult result = store().open(Vaults.passphrase());
        assertThat(result).isInstanceOf(VaultOpenResult.Opened.class);
        try (Vault vault = ((VaultOpenResult.Opened) result).vault()) {
            assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("one");
            assertThat(Vaults.set(vault, Vaults.TOKEN, "three").version()).isEqualTo(2);
        }
    }

    private VaultStore store() {
        return VaultStore.in(directory, RandomSource.kernel(), InstantSource.system());
    }

    private String python(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "src/test/python/vault_reader.py"));
        command.addAll(List.of(args));
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        boolean ended = process.waitFor(60, TimeUnit.SECONDS);
        process.destroyForcibly();
        String said = Files.readString(output);
        assertThat(ended && process.exitValue() == 0).as(said).isTrue();
        return said;
    }
}
