package dev.nullbox.warden;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Each way in which a vault file can be wrong has its own answer, and none opens it. */
class VaultFailureTest {
    private final MemoryFiles files = new MemoryFiles();
    private byte[] file = new byte[0];

    @BeforeEach
    void makeAVaultOfTwo() throws Exception {
        Vault vault = Vaults.open(files);
        vault.set(Vaults.KEY, Vaults.secret("first"));
        vault.set(Vaults.TOKEN, Vaults.secret("second"));
        file = files.bytes("vault");
    }

    @Test
    void tellsATruncatedFile() throws IOException {
        for (int length = 0; length < file.length; length++) {
            assertThat(open(Arrays.copyOf(file, length)))
                    .as("first %d bytes", length)
                    .isInstanceOf(VaultOpenResult.Truncated.class);
        }
    }

    @Test
    void tellsTrailingBytes() throws IOException {
        assertThat(open(Arrays.copyOf(file, file.length + 1))).isEqualTo(new VaultOpenResult.TrailingBytes(1));
    }

    @Test
    void tellsAnotherVersion() throws IOException {
        byte[] later = file.clone();
        later[9] = 2;
        assertThat(open(later)).isEqualTo(new VaultOpenResult.WrongVersion(2));
        assertThat(open(Arrays.copyOf(later, 12))).isEqualTo(new VaultOpenResult.WrongVersion(2));
    }

    @Test
    void tellsWhatIsNoVault() throws IOException {
        assertThat(open("hello, world".getBytes(StandardCharsets.US_ASCII))).isEqualTo(new VaultOpenResult.NotAVault());
    }

    @Test
    void tellsAnotherKey() throws IOException {
        files.put("vault.key", new byte[32]);
        assertThat(open(file)).isEqualTo(new VaultOpenResult.WrongKey());
    }

    @Test
    void tellsAMissingAndAMalformedKey() throws IOException {
        files.put("vault.key", new byte[31]);
        assertThat(open(file)).isEqualTo(new VaultOpenResult.KeyMalformed(31));
        files.put("vault.key", new byte[33]);
        assertThat(open(file)).isEqualTo(new VaultOpenResult.KeyMalformed(33));
        files.remove("vault.key");
        assertThat(open(file)).isEqualTo(new VaultOpenResult.KeyMissing());
        assertThat(files.steps().stream().filter(step -> step.equals("write vault.key.tmp")))
                .as("no second key")
                .hasSize(1);
    }

    @Test
    void tellsAFileThatIsTooLong() throws IOException {
        assertThat(open(new byte[VaultLimits.MAX_FILE_BYTES + 1]))
                .isEqualTo(new VaultOpenResult.TooLarge(VaultLimits.MAX_FILE_BYTES + 1));
    }

    @Test
    void opensWithNoBitChanged() throws Exception {
        for (int bit = 0; bit < file.length * 8; bit++) {
            byte[] changed = file.clone();
            changed[bit / 8] ^= (byte) (1 << (bit % 8));
            assertThat(open(changed)).as("bit %d", bit).isInstanceOf(VaultOpenResult.Refused.class);
        }
        assertThat(open(file)).as("unchanged").isInstanceOf(VaultOpenResult.Opened.class);
    }

    @Test
    void tellsATamperedBody() throws IOException {
        for (int at = 56; at < file.length; at++) {
            byte[] changed = file.clone();
            changed[at] ^= 0x40;
            assertThat(open(changed))
                    .as("byte %d", at)
                    .isInstanceOfAny(VaultOpenResult.Tampered.class, VaultOpenResult.WrongKey.class);
        }
    }

    @Test
    void tellsSwappedRecords() throws IOException {
        int first = 56 + 80;
        int firstLength = recordLength(first);
        int second = first + firstLength;
        int secondLength = recordLength(second);
        ByteBuffer swapped = ByteBuffer.allocate(file.length);
        swapped.put(file, 0, first).put(file, second, secondLength).put(file, first, firstLength);
        swapped.put(file, second + secondLength, file.length - second - secondLength);
        assertThat(open(swapped.array())).isInstanceOf(VaultOpenResult.Tampered.class);
    }

    @Test
    void tellsOneRecordRolledBack() throws Exception {
        Vault vault = Vaults.open(files);
        vault.set(Vaults.TOKEN, Vaults.secret("SECOND"));
        byte[] newer = files.bytes("vault");
        int record = 56 + 80 + recordLength(56 + 80);
        byte[] rolledBack = newer.clone();
        System.arraycopy(file, record, rolledBack, record, recordLength(record));
        assertThat(rolledBack).isNotEqualTo(newer);
        assertThat(open(rolledBack)).isInstanceOf(VaultOpenResult.Tampered.class);
        assertThat(open(newer)).isInstanceOf(VaultOpenResult.Opened.class);
    }

    @Test
    void neverThrowsAtRandomBytesInAVaultsFrame() throws IOException {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            byte[] changed = file.clone();
            for (int n = random.nextInt(8) + 1; n > 0; n--) {
                changed[10 + random.nextInt(changed.length - 10)] = (byte) random.nextInt();
            }
            ByteBuffer.wrap(changed).putLong(16, changed.length);
            if (!Arrays.equals(changed, file)) {
                assertThat(open(changed)).isInstanceOf(VaultOpenResult.Refused.class);
            }
        }
    }

    private int recordLength(int at) {
        ByteBuffer bytes = ByteBuffer.wrap(file);
        int name = bytes.getShort(at + 22);
        int sealed = bytes.getInt(at + 24 + name + 28);
        return 24 + name + 32 + sealed;
    }

    private VaultOpenResult open(byte[] changed) throws IOException {
        files.put("vault", changed);
        return Vaults.store(files, 2).open();
    }
}
