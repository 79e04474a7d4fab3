package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Each way in which a vault's file can be wrong has its own answer, and none opens it. */
class VaultVectorsTest {
    @Test
    void everyVectorHasItsAnswer() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (VaultVectors.Vector vector : VaultVectors.all()) {
            String found = open(vector);
            if (!found.equals(vector.expect())) {
                wrong.add(vector.name() + ": " + found + ", not " + vector.expect());
            }
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void theFileOfVectorsIsWhatThisCodeWrites() throws Exception {
        List<VaultVectors.Vector> made = VaultVectors.all();
        List<String> lines = Files.readAllLines(Path.of(VaultVectors.RESOURCE));
        assertThat(lines).as("run VaultVectors.main to write it anew").hasSameSizeAs(made);
        for (int i = 0; i < made.size(); i++) {
            VaultVectors.Vector kept = VaultVectors.Vector.parse(lines.get(i));
            VaultVectors.Vector fresh = made.get(i);
            assertThat(List.of(kept.name(), kept.expect(), kept.credential()))
                    .isEqualTo(List.of(fresh.name(), fresh.expect(), fresh.credential()));
            assertThat(Arrays.equals(kept.file(), fresh.file())).as(kept.name()).isTrue();
        }
    }

    /** Whatever the bytes, the answer is a class of failure or an unchanged vault, never an exception. */
    @Test
    void noChangeOpensTheVaultToAnythingElse() throws Exception {
        VaultVectors.Vector two = VaultVectors.all().get(1);
        Random random = new Random(3);
        int refused = 0;
        for (int i = 0; i < 1_500; i++) {
            byte[] file = two.file().clone();
            for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
                int at = random.nextBoolean()
                        ? random.nextInt(file.length)
                        : VaultHeader.RECORDS_AT + random.nextInt(file.length - VaultHeader.RECORDS_AT);
                switch (random.nextInt(4)) {
                    case 0 -> file[at] ^= (byte) (1 << random.nextInt(8));
                    case 1 -> file[at] = (byte) random.nextInt();
                    case 2 -> file = Arrays.copyOf(file, Math.max(at, 1));
                    default -> file = Arrays.copyOf(file, file.length + random.nextInt(600));
                }
                if (file.length <= VaultHeader.RECORDS_AT) {
                    break;
                }
            }
            String found = open(new VaultVectors.Vector("changed", "", two.credential(), file));
            if (found.startsWith("OK")) {
                assertThat(found).as("change %d", i).isEqualTo(two.expect());
            } else {
                refused++;
            }
        }
        assertThat(refused).isGreaterThan(750);
    }

    @Test
    void noBitOfAFileIsWithoutMeaning() throws Exception {
        VaultVectors.Vector two = VaultVectors.all().get(1);
        for (int at = 0; at < two.file().length; at += at < VaultHeader.RECORDS_AT ? 13 : 1) {
            byte[] file = two.file().clone();
            file[at] ^= (byte) (1 << (at % 8));
            String found = open(new VaultVectors.Vector("bit", "", two.credential(), file));
            // Without the newest commit its record is one that was not counted yet: nothing is lost.
            boolean inNewestCommit = at / VaultHeader.BLOCK_BYTES == 2;
            if (inNewestCommit) {
                assertThat(found).as("byte %d", at).isEqualTo(two.expect());
            } else {
                assertThat(found).as("byte %d", at).doesNotStartWith("OK");
            }
        }
    }

    private static String open(VaultVectors.Vector vector) throws RpcException, IOException {
        MemoryFiles files = new MemoryFiles();
        files.put("vault", vector.file());
        return switch (Vaults.store(files, 9).open(VaultVectors.credential(vector))) {
            case VaultOpenResult.Refused refused -> refused.reason().name();
            case VaultOpenResult.Opened(Vault vault, int _) -> {
                StringBuilder found = new StringBuilder("OK");
                for (SecretInfo info : vault.list(Optional.empty(), 100, false)) {
                    found.append(' ').append(info.name()).append('=').append(Vaults.value(vault, info.name()));
                }
                yield found.toString();
            }
        };
    }
}
