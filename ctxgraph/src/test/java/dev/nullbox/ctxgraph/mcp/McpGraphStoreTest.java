package dev.nullbox.ctxgraph.mcp;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.ctxgraph.memory.MemoryKey;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class McpGraphStoreTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);

    @ParameterizedTest
    @CsvSource({"Ada, Ada", "a.b-c9, a.b-c9", "Ada Lovelace, Ada_20Lovelace", "a_b, a_5fb", "a/b, a_2fb", "é, _c3_a9"})
    void staysReadable(String name, String segment) {
        assertThat(McpGraphStore.segment(name)).isEqualTo(segment);
    }

    @Test
    void hashesWhatIsEmptyOrLong() {
        assertThat(McpGraphStore.segment("")).matches("_h[0-9a-f]{64}");
        assertThat(McpGraphStore.segment("x".repeat(128))).isEqualTo("x".repeat(128));
        assertThat(McpGraphStore.segment("x".repeat(128 + 1))).matches("_h[0-9a-f]{64}");
        assertThat(McpGraphStore.segment("é".repeat(100_000))).matches("_h[0-9a-f]{64}");
    }

    @Test
    void noTwoNamesShareASegment() {
        Random random = new Random(SEED + 20_261_122);
        String alphabet = "aA_h.-0f/ é☕\0";
        Map<String, String> names = new HashMap<>();
        for (int i = 0; i < 200_000; i++) {
            StringBuilder name = new StringBuilder();
            for (int length = random.nextInt(5); length > 0; length--) {
                name.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            String segment = McpGraphStore.segment(name.toString());
            assertThat(new MemoryKey("s/" + segment).text()).endsWith(segment);
            String other = names.put(segment, name.toString());
            assertThat(other == null || other.contentEquals(name))
                    .as("%s and %s", other, name)
                    .isTrue();
        }
    }
}
