package dev.nullbox.warden.vault.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.warden.vault.Vaults;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The primitives against published vectors, through the same methods that the vault calls. */
class VaultCryptoTest {
    private static final HexFormat HEX = HexFormat.of();

    /** RFC 9106, section 5.3. */
    @Test
    void argon2idOfTheRfc() {
        try (Secret tag = VaultCrypto.argon2id(
                Secret.owning(filled(32, 1)), filled(16, 2), filled(8, 3), filled(12, 4), new Argon2Cost(3, 32, 4))) {
            assertThat(HEX.formatHex(tag.bytes()))
                    .isEqualTo("0d640df58d78766c08c037a34a8b53c9d01ef0452d75b65eb52520e96b01e659");
        }
    }

    /** From the reference implementation's tests, version 0x13. */
    @ParameterizedTest
    @CsvSource({
        "2, 256, 1, 9dfeb910e80bad0311fee20f9c0e2b12c17987b4cac90c2ef54d5b3021c68bfe",
        "2, 256, 2, 6d093c501fd5999645e0ea3bf620d7b8be7fd2db59c20d9fff9539da2bf57037",
        "1, 65536, 1, f6a5adc1ba723dddef9b5ac1d464e180fcd9dffc9d1cbf76cca2fed795d9ca98"
    })
    void argon2idOfTheReferenceImplementation(int passes, int memoryKib, int lanes, String expected) {
        byte[] salt = "somesalt".getBytes(StandardCharsets.US_ASCII);
        try (Secret key =
                VaultCrypto.argon2id(Vaults.secret("password"), salt, new Argon2Cost(passes, memoryKib, lanes))) {
            assertThat(HEX.formatHex(key.bytes())).isEqualTo(expected);
        }
    }

    @ParameterizedTest
    @CsvSource({"0,64,1", "17,64,1", "1,7,1", "1,31,4", "1,65537,1", "1,64,0", "1,65536,17", "-1,64,1", "1,-8,1"})
    void refusesCostsOutOfBounds(int passes, int memoryKib, int lanes) {
        assertThat(Argon2Cost.isBounded(passes, memoryKib, lanes)).isFalse();
    }

    /** RFC 5869, appendix A.3, of which the vault takes the first 32 bytes. */
    @Test
    void hkdfOfTheRfc() {
        try (Secret key = VaultCrypto.derive(Secret.owning(filled(22, 0x0b)), new byte[0], "")) {
            assertThat(HEX.formatHex(key.bytes()))
                    .isEqualTo("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d");
        }
    }

    /** RFC 4231, section 4.3; the byte after the message does not count. */
    @Test
    void hmacOfTheRfc() {
        byte[] message = "what do ya want for nothing?!".getBytes(StandardCharsets.US_ASCII);
        assertThat(HEX.formatHex(VaultCrypto.mac(Vaults.secret("Jefe"), message, message.length - 1)))
                .isEqualTo("5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
    }

    private static byte[] filled(int length, int value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, (byte) value);
        return bytes;
    }
}
