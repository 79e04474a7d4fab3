package dev.nullbox.warden.vault.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Project Wycheproof's vectors of AES-GCM, through the two methods by which every slot and record is sealed and opened. */
class WycheproofTest {
    private static final Path VECTORS = Path.of("src/test/resources/wycheproof-aes-gcm.tsv");
    private static final byte[] NOTHING = {};

    /**
     * @param sealed ciphertext and tag
     * @param what id, flags and comment
     */
    @SuppressWarnings("ArrayRecordComponent") // compared one by one
    private record Vector(
            boolean valid, Secret key, byte[] nonce, byte[] associated, byte[] message, byte[] sealed, String what) {
        static Vector parse(String line) {
            String[] columns = line.split("\t", -1);
            return new Vector(
                    switch (columns[1]) {
                        case "valid" -> true;
                        case "invalid" -> false;
                        default -> throw new AssertionError(line);
                    },
                    Secret.owning(bytes(columns[2])),
                    bytes(columns[3]),
                    bytes(columns[4]),
                    bytes(columns[5]),
                    bytes(columns[6] + columns[7]),
                    columns[0] + " " + columns[8]);
        }

        private static byte[] bytes(String hex) {
            return HexFormat.of().parseHex(hex);
        }

        Optional<byte[]> opened() {
            return VaultCrypto.open(key, nonce, associated, sealed).map(Secret::bytes);
        }

        byte[] sealedAgain() {
            return VaultCrypto.seal(key, nonce, associated, message);
        }
    }

    @Test
    void theFileHasAllVectorsOfOurSizes() throws Exception {
        assertThat(vectors(true)).hasSize(39);
        assertThat(vectors(false)).hasSize(27);
    }

    @Test
    void sealsAndOpensEveryValidVector() throws Exception {
        for (Vector vector : vectors(true)) {
            assertThat(vector.sealedAgain()).as(vector.what()).isEqualTo(vector.sealed());
            assertThat(vector.opened())
                    .as(vector.what())
                    .hasValueSatisfying(plain -> assertThat(plain).isEqualTo(vector.message()));
        }
    }

    @Test
    void opensNoInvalidVector() throws Exception {
        for (Vector vector : vectors(false)) {
            assertThat(vector.opened()).as(vector.what()).isEmpty();
            assertThat(vector.sealedAgain()).as(vector.what()).isNotEqualTo(vector.sealed());
        }
    }

    /** The 250 vectors left out have these: to call our methods with one is a bug, and they say so. */
    @ParameterizedTest
    @ValueSource(ints = {128, 192})
    void refusesOtherKeys(int bits) {
        refuses(new byte[bits / 8], new byte[VaultCrypto.NONCE_BYTES]);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 8, 16, 32, 48, 64, 80, 120, 128, 160, 256, 512, 1024, 2056})
    void refusesOtherNonces(int bits) {
        refuses(new byte[VaultCrypto.KEY_BYTES], new byte[bits / 8]);
    }

    private static void refuses(byte[] key, byte[] nonce) {
        Secret secret = Secret.owning(key);
        byte[] tag = new byte[VaultCrypto.TAG_BYTES];
        assertThatThrownBy(() -> VaultCrypto.seal(secret, nonce, NOTHING, NOTHING))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> VaultCrypto.open(secret, nonce, NOTHING, tag))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static List<Vector> vectors(boolean valid) throws IOException {
        return Files.readAllLines(VECTORS).stream()
                .filter(line -> !line.startsWith("#"))
                .map(Vector::parse)
                .filter(vector -> vector.valid() == valid)
                .toList();
    }
}
