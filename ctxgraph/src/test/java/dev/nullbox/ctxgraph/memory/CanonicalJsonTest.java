package dev.nullbox.ctxgraph.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.rpc.Json;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CanonicalJsonTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);

    private static String canonical(String json) throws Exception {
        return CanonicalJson.canonical(Json.parse(json));
    }

    /** RFC 8785, appendix B. */
    @ParameterizedTest
    @CsvSource({
        "0000000000000000, 0",
        "8000000000000000, 0",
        "0000000000000001, 5e-324",
        "8000000000000001, -5e-324",
        "7fefffffffffffff, 1.7976931348623157e+308",
        "ffefffffffffffff, -1.7976931348623157e+308",
        "4340000000000000, 9007199254740992",
        "c340000000000000, -9007199254740992",
        "4430000000000000, 295147905179352830000",
        "44b52d02c7e14af5, 9.999999999999997e+22",
        "44b52d02c7e14af6, 1e+23",
        "44b52d02c7e14af7, 1.0000000000000001e+23",
        "444b1ae4d6e2ef4e, 999999999999999700000",
        "444b1ae4d6e2ef4f, 999999999999999900000",
        "444b1ae4d6e2ef50, 1e+21",
        "3eb0c6f7a0b5ed8c, 9.999999999999997e-7",
        "3eb0c6f7a0b5ed8d, 0.000001",
        "41b3de4355555553, 333333333.3333332",
        "41b3de4355555554, 333333333.33333325",
        "41b3de4355555555, 333333333.3333333",
        "41b3de4355555556, 333333333.3333334",
        "41b3de4355555557, 333333333.33333343",
        "becbf647612f3696, -0.0000033333333333333333",
        "43143ff3c1cb0959, 1424953923781206.2",
        // Not in the RFC: one digit suffices, where Double.toString gives two (2.0E-323 is 9.9E-324 doubled).
        "0000000000000002, 1e-323",
        "0000000000000003, 1.5e-323",
        "0000000000000004, 2e-323",
    })
    void writesNumbersAsEcmascriptDoes(String bits, String expected) {
        assertThat(CanonicalJson.number(Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16))))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(strings = {"7fffffffffffffff", "7ff0000000000000"})
    void hasNoTextForWhatIsNoNumber(String bits) {
        double value = Double.longBitsToDouble(Long.parseUnsignedLong(bits, 16));
        assertThatThrownBy(() -> CanonicalJson.number(value)).isInstanceOf(IllegalArgumentException.class);
    }

    /** RFC 8785, section 3.2.2 and its result in 3.2.4. */
    @Test
    void writesTheSampleOfTheRfc() throws Exception {
        String sample = """
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\\u20ac$\\u000F\\u000aA'\\u0042\\u0022\\u005c\\\\\\"\\/",
              "literals": [null, true, false]
            }\
            """;
        String expected = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],"
                + "\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assertThat(canonical(sample)).isEqualTo(expected);
    }

    /** RFC 8785, section 3.2.3. */
    @Test
    void sortsNamesByTheirUtf16Units() throws Exception {
        String sample = """
            {"\\u20ac":"Euro Sign","\\r":"Carriage Return","\\ufb33":"Hebrew Letter Dalet With Dagesh","1":"One",
             "\\ud83d\\ude00":"Emoji: Grinning Face","\\u0080":"Control","\\u00f6":"Latin Small Letter O With Diaeresis"}
            """;
        assertThat(canonical(sample))
                .isEqualTo("{\"\\r\":\"Carriage Return\",\"1\":\"One\",\"\u0080\":\"Control\","
                        + "\"ö\":\"Latin Small Letter O With Diaeresis\",\"€\":\"Euro Sign\","
                        + "\"\ud83d\ude00\":\"Emoji: Grinning Face\","
                        + "\"\ufb33\":\"Hebrew Letter Dalet With Dagesh\"}");
    }

    @Test
    void writesEmptyContainersAndControls() throws Exception {
        assertThat(canonical(" { \"b\" : [ ] , \"a\" : { } } ")).isEqualTo("{\"a\":{},\"b\":[]}");
        assertThat(canonical("\"\\u0000\\u001f\\u007f\\b\\f\\t\"")).isEqualTo("\"\\u0000\\u001f\u007f\\b\\f\\t\"");
    }

    @ParameterizedTest
    @ValueSource(strings = {"9007199254740993", "-9007199254740993", "1e400", "[123456789012345678901234567890]"})
    void refusesANumberThatWouldChange(String json) {
        assertThatThrownBy(() -> canonical(json)).isInstanceOf(CanonicalJson.UnrepresentableException.class);
    }

    @ParameterizedTest
    @CsvSource({
        "9007199254740992, 9007199254740992",
        "295147905179352830000, 295147905179352830000",
        "295147905179352825856, 295147905179352830000",
        "1E30, 1e+30",
        "-0, 0",
        "-0.0, 0",
        "1e-400, 0",
        "10.0, 10",
    })
    void takesANumberThatADoubleHolds(String json, String expected) throws Exception {
        assertThat(canonical(json)).isEqualTo(expected);
    }

    /** Every double's text reads back as it, no text is longer than Java's, and canonical texts are fixed points. */
    @Test
    void roundTripsRandomDoubles() throws Exception {
        Random random = new Random(SEED + 8785);
        for (int i = 0; i < 20_000; i++) {
            double value = Double.longBitsToDouble(random.nextLong());
            if (Double.isNaN(value) || Double.isInfinite(value)) {
                continue;
            }
            String text = CanonicalJson.number(value);
            assertThat(Double.parseDouble(text)).isEqualTo(value == 0 ? 0 : value);
            assertThat(new BigDecimal(text).stripTrailingZeros().precision())
                    .isLessThanOrEqualTo(new BigDecimal(Double.toString(value)).precision());
            assertThat(canonical(text)).isEqualTo(text);
        }
    }

    /** The encodings and ids in docs/memory.md, which were made with another program. */
    @Test
    void givesNodesTheIdsOfTheTestVectors() throws Exception {
        List<String> lines = Files.readAllLines(Path.of("../docs/memory.md")).stream()
                .map(String::strip)
                .toList();
        int vectors = 0;
        for (int i = 0; i + 1 < lines.size(); i++) {
            if (lines.get(i).startsWith("{\"agent\":\"") && NodeId.isId(lines.get(i + 1))) {
                byte[] encoding = lines.get(i).getBytes(StandardCharsets.UTF_8);
                assertThat(NodeId.of(encoding).hex()).isEqualTo(lines.get(i + 1));
                assertThat(Node.parse(encoding).canonical()).isEqualTo(encoding);
                vectors++;
            }
        }
        assertThat(vectors).isEqualTo(5);
    }
}
