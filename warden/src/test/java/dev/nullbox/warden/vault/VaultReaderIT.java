package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.RandomSource;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The format as another program with other libraries reads and writes it: Debian's python3-cryptography, -argon2. */
class VaultReaderIT {
    private static final String PASSPHRASE = "passphrase " + Vaults.PASSPHRASE;
    private static final String KEY = "key " + "07".repeat(VaultCrypto.KEY_BYTES);

    @TempDir
    private Path directory = Path.of("");

    @Test
    void agreesOnEveryVector() throws Exception {
        int vectors = VaultVectors.all().size();
        assertThat(python("vectors", VaultVectors.RESOURCE)).isEqualTo(vectors + " of " + vectors + " vectors\n");
    }

    /** The one class without a vector, which would be too large as well. */
    @Test
    void agreesOnWhatIsTooLarge() throws Exception {
        store().create(List.of(Vaults.key())).close();
        try (FileChannel channel = FileChannel.open(directory.resolve("vault"), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.allocate(1), VaultLimits.MAX_FILE_BYTES - 1);
            agreesOn(VaultReason.TRAILING_BYTES);
            channel.write(ByteBuffer.allocate(1), VaultLimits.MAX_FILE_BYTES);
            agreesOn(VaultReason.TOO_LARGE);
        }
    }

    private void agreesOn(VaultReason code) throws Exception {
        assertThat(store().open(Vaults.key()))
                .isInstanceOfSatisfying(
                        VaultOpenResult.Refused.class,
                        refused -> assertThat(refused.reason()).isEqualTo(code));
        assertThat(python("class", directory.resolve("vault").toString(), KEY)).isEqualTo(code + "\n");
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
        writesWhatWeRead(PASSPHRASE, Vaults.passphrase());
        writesWhatWeRead(KEY, Vaults.key());
    }

    private void writesWhatWeRead(String theirs, Credential ours) throws Exception {
        String longest = "x".repeat(VaultContract.MAX_VALUE_BYTES);
        python("write", directory.resolve("vault").toString(), theirs, "OPENAI_KEY=one", "token2=" + longest);
        VaultOpenResult result = store().open(ours);
        assertThat(result).isInstanceOf(VaultOpenResult.Opened.class);
        try (Vault vault = ((VaultOpenResult.Opened) result).vault()) {
            assertThat(Vaults.value(vault, Vaults.KEY)).isEqualTo("one");
            assertThat(Vaults.value(vault, Vaults.TOKEN)).isEqualTo(longest);
            assertThat(Vaults.set(vault, Vaults.TOKEN, "three").version()).isEqualTo(2);
        }
        assertThat(python("read", directory.resolve("vault").toString(), theirs))
                .isEqualTo("OPENAI_KEY=6f6e65\ntoken2=7468726565\n");
    }

    private VaultStore store() {
        return VaultStore.in(directory, RandomSource.kernel(), InstantSource.system());
    }

    private String python(String... args) throws Exception {
        List<String> command = new ArrayList<>(List.of("/usr/bin/python3", "src/test/python/vault_reader.py"));
        command.addAll(List.of(args));
        return Child.says(command, 60);
    }
}
