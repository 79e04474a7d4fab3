package dev.nullbox.ctxgraph.memory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class HeapCostTest {
    private static long values(String json) {
        byte[] utf8 = json.getBytes(StandardCharsets.UTF_8);
        return (HeapCost.of(utf8) - 6L * utf8.length) / 200;
    }

    private static int count(JsonElement tree) {
        return switch (tree) {
            case JsonObject object ->
                1
                        + object.asMap().values().stream()
                                .mapToInt(HeapCostTest::count)
                                .sum();
            case JsonArray array ->
                1 + array.asList().stream().mapToInt(HeapCostTest::count).sum();
            default -> 1;
        };
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "7",
                "[]",
                "[{},{},{}]",
                "{\"a\":[1,2,{\"b\":null}],\"c\":\"x\"}",
                "[\"a\\\"\",1,\"\\\\\",2]",
                "[\"\\u0022,\",3]",
            })
    void countsNoFewerValuesThanThereAre(String json) throws Exception {
        assertThat(values(json)).isGreaterThanOrEqualTo(count(Json.parse(json)));
    }

    @Test
    void takesTextForOneValue() {
        assertThat(values("\"" + "a, [b] {c}".repeat(100) + "\\\",,,\"")).isEqualTo(1);
    }

    @Test
    void countsNoMoreValuesThanAreParsed() {
        assertThat(values("[" + "{},".repeat(200_000) + "{}]")).isEqualTo(Json.MAX_VALUES);
    }
}
