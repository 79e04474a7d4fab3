package dev.nullbox.warden.vault;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.Text;
import dev.nullbox.warden.vault.crypto.Argon2Cost;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import dev.nullbox.warden.vault.crypto.VaultKeys;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The numbers and classes in docs/vault-format.md are those of the code. */
class VaultFormatDocumentTest {
    private static final Path DOCUMENT = Path.of("../docs/vault-format.md");
    private static final Path READER = Path.of("src/test/python/vault_reader.py");
    private static final Pattern LIMIT =
            Pattern.compile("^\\| ([\\w ,]+) \\| ([\\d,]+) \\| `(\\w+)` \\|$", Pattern.MULTILINE);
    private static final Pattern CLASS = Pattern.compile("^\\| `([A-Z_]+)` \\| .+ \\|$", Pattern.MULTILINE);

    @Test
    void namesEveryLimit() throws Exception {
        Map<String, String> expected = new LinkedHashMap<>();
        expected.put("bytes of the file", number(VaultLimits.MAX_FILE_BYTES) + " TOO_LARGE");
        expected.put("bytes of a record", tampered(SealedRecord.MAX_BYTES));
        expected.put("bytes of a value", tampered(VaultContract.MAX_VALUE_BYTES));
        expected.put("bytes of a name", tampered(Text.MAX_IDENTIFIER));
        expected.put("key slots", tampered(VaultLimits.MAX_SLOTS));
        expected.put("secrets", tampered(VaultLimits.MAX_SECRETS));
        expected.put("versions of a secret", tampered(VaultLimits.MAX_VERSIONS));
        expected.put("versions of all secrets", tampered(VaultLimits.MAX_ALL_VERSIONS));
        expected.put("marks of kinds 2 and 3", tampered(VaultLimits.MAX_MARKS));
        expected.put("records, when they are not those of the chain", tampered(VaultLimits.MAX_RECORDS));
        expected.put("generation, counter, next sequence number", tampered(VaultLimits.MAX_COUNT - 1));
        Map<String, String> documented = LIMIT.matcher(Files.readString(DOCUMENT))
                .results()
                .collect(Collectors.toMap(row -> row.group(1), row -> row.group(2) + " " + row.group(3)));
        assertThat(documented).isEqualTo(expected);
    }

    @Test
    void namesEveryClass() throws Exception {
        List<String> documented = CLASS.matcher(Files.readString(DOCUMENT))
                .results()
                .map(row -> row.group(1))
                .toList();
        Set<String> classes =
                VaultOpenResult.Refused.CLASSES.stream().map(VaultReason::name).collect(Collectors.toSet());
        assertThat(documented).doesNotHaveDuplicates().containsExactlyInAnyOrderElementsOf(classes);
    }

    @Test
    void layoutsHaveTheirSizes() throws Exception {
        VaultStore store = Vaults.store(new MemoryFiles(), 1);
        byte[] vaultId = new byte[VaultHeader.VAULT_ID_BYTES];
        try (VaultKeys keys = new VaultKeys(vaultId, Secret.owning(new byte[VaultCrypto.KEY_BYTES]))) {
            KeySlot key = store.wrap(Vaults.key(), 1, keys);
            KeySlot passphrase = store.wrap(Vaults.passphrase(), 2, keys);
            VaultHeader header = new VaultHeader(vaultId, 1, List.of(key));
            byte[] block = new Commit(9, header.digest(), 1, VaultHeader.RECORDS_AT, header.digest()).block(keys);
            Argon2Cost cost = Argon2Cost.RECOMMENDED;
            assertThat(block).hasSize(VaultHeader.BLOCK_BYTES);
            assertThat(ByteBuffer.wrap(header.block()).getShort(8)).isEqualTo((short) VaultKeys.VERSION);
            assertThat(Files.readString(DOCUMENT))
                    .contains("# The vault's file, version " + VaultKeys.VERSION)
                    .contains("| 8 | 2 | format version: " + VaultKeys.VERSION + " |")
                    .contains("of one " + number(VaultHeader.BLOCK_BYTES) + "-byte block each")
                    .contains("`identity` is " + keys.identity().length + " bytes")
                    .contains("number of key slots, 1 to " + VaultLimits.MAX_SLOTS + " |")
                    .contains(body(key) + " for a key, " + body(passphrase) + " for a passphrase")
                    .contains("written as " + cost.passes() + ", " + number(cost.memoryKib()) + ", " + cost.lanes())
                    .contains("## Records, from " + number(VaultHeader.RECORDS_AT))
                    .contains("bytes of the name, 1 to " + Text.MAX_IDENTIFIER)
                    .contains("the value (1 to " + number(VaultContract.MAX_VALUE_BYTES) + " bytes;")
                    .contains("At most " + number(SealedRecord.MAX_BYTES) + " bytes, the longest record's,");
        }
    }

    /** Further files that the reader in the other language refuses. */
    @Test
    void theOtherReaderHasTheLimits() throws Exception {
        String fixed = SealedRecord.FIXED_BYTES + " + " + Text.MAX_IDENTIFIER + " + " + VaultCrypto.SALT_BYTES + " + "
                + VaultCrypto.NONCE_BYTES;
        assertThat(Files.readString(READER).lines())
                .contains(
                        "MAX_FILE = " + (VaultLimits.MAX_FILE_BYTES >> 20) + " << 20",
                        "MAX_COUNT = 1 << " + Long.numberOfTrailingZeros(VaultLimits.MAX_COUNT),
                        "MAX_SECRETS = " + python(VaultLimits.MAX_SECRETS),
                        "MAX_VERSIONS = " + python(VaultLimits.MAX_VERSIONS),
                        "MAX_ALL_VERSIONS = " + python(VaultLimits.MAX_ALL_VERSIONS),
                        "MAX_MARKS = " + python(VaultLimits.MAX_MARKS),
                        "MAX_VALUE = " + python(VaultContract.MAX_VALUE_BYTES),
                        "MAX_RECORD = " + fixed + " + MAX_VALUE + " + VaultCrypto.TAG_BYTES);
    }

    private static int body(KeySlot slot) {
        return slot.bytes().length - KeySlot.HEAD_BYTES;
    }

    private static String tampered(long number) {
        return number(number) + " TAMPERED";
    }

    private static String python(long number) {
        return number(number).replace(',', '_');
    }

    private static String number(long number) {
        return String.format(Locale.ROOT, "%,d", number);
    }
}
