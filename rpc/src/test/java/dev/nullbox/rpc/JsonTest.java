package dev.nullbox.rpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonNull;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.protocol.ErrorKind;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTest {
    private static final long SEED = Long.getLong("nullbox.test.seed", 0);

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "[1,]",
                "{\"a\":1,}",
                "{\"a\":1,\"a\":2}",
                "{a:1}",
                "{'a':1}",
                "NaN",
                "-Infinity",
                "[NaN]",
                "01",
                "+1",
                ".5",
                "1.",
                "1e",
                "0x10",
                "True",
                "nul",
                "1 2",
                "{} {}",
                "[] // comment",
                "/* comment */ []",
                "# comment\n[]",
                "\"a",
                "\"\\x\"",
                "\"\t\"",
                "\"\\ud800\"",
                "\"\\udc00\\ud800\"",
                "{\"\\ud800\":1}",
                "\ufeff{}",
                "[1;2]",
                "{\"a\"=1}",
                ")]}'\n[]",
                "1e99999999999",
            })
    void refusesWhatIsNotStrictJson(String text) {
        assertThatThrownBy(() -> Json.parse(text))
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.PARSE));
    }

    @Test
    void refusesBytesThatAreNotUtf8() {
        for (byte[] bytes : new byte[][] {
            {'"', (byte) 0xff, '"'},
            {'"', (byte) 0xc0, (byte) 0x80, '"'},
            {'"', (byte) 0xed, (byte) 0xa0, (byte) 0x80, '"'}
        }) {
            assertThatThrownBy(() -> Json.parse(bytes))
                    .isInstanceOf(RpcException.class)
                    .hasMessageContaining("UTF-8");
        }
    }

    @Test
    void boundsTheDepth() throws Exception {
        String deepest = "[".repeat(Json.MAX_DEPTH) + "]".repeat(Json.MAX_DEPTH);
        assertThat(Json.write(Json.parse(deepest))).isEqualTo(deepest);
        for (String opening : new String[] {"[", "{\"a\":"}) {
            for (int depth : new int[] {Json.MAX_DEPTH + 1, 200_000}) {
                assertThatThrownBy(() -> Json.parse(opening.repeat(depth)))
                        .isInstanceOf(RpcException.class)
                        .hasMessageContaining("levels")
                        .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(300));
            }
        }
    }

    @Test
    void boundsTheValues() throws Exception {
        String most = "[" + "0,".repeat(Json.MAX_VALUES - 2) + "0]";
        assertThat(Json.parse(most).getAsJsonArray().size()).isEqualTo(Json.MAX_VALUES - 1);
        assertThatThrownBy(() -> Json.parse("[" + "{},".repeat(Json.MAX_VALUES) + "0]"))
                .isInstanceOf(RpcException.class)
                .hasMessageContaining("values");
    }

    @Test
    void boundsNumbersAndRoundsNone() throws Exception {
        for (String number : new String[] {
            "0", "9007199254740993", "-999999999999999999", "123456789012345678901234567890", "0.1", "1E+400"
        }) {
            assertThat(Json.write(Json.parse(number))).isEqualTo(number);
        }
        String longest = "1".repeat(Json.MAX_NUMBER_LENGTH);
        assertThat(Json.write(Json.parse(longest))).isEqualTo(longest);
        assertThatThrownBy(() -> Json.parse(longest + "1")).isInstanceOf(RpcException.class);
    }

    @Test
    void writesOneLine() throws Exception {
        JsonObject object = new JsonObject();
        object.addProperty("a\nb", "c\r\n\u2028\u0000");
        assertThat(Json.write(object)).doesNotContain("\n", "\r", "\u2028");
        assertThat(Json.parse(Json.bytes(object))).isEqualTo(object);
    }

    @Test
    void readsBackWhatItWrites() throws Exception {
        Random random = new Random(SEED + 8259);
        for (int i = 0; i < 2_000; i++) {
            JsonElement tree = tree(random, 5);
            assertThat(Json.parse(Json.bytes(tree))).isEqualTo(tree);
        }
    }

    /** Any change of one byte is either refused or understood, and never ends in another exception. */
    @Test
    void survivesDamage() {
        Random random = new Random(SEED + 7159);
        for (int i = 0; i < 5_000; i++) {
            byte[] bytes = Json.bytes(tree(random, 4));
            bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            try {
                assertThat(Json.parse(bytes)).isNotNull();
            } catch (RpcException e) {
                assertThat(e.kind()).isEqualTo(ErrorKind.PARSE);
            }
        }
    }

    private static JsonElement tree(Random random, int depth) {
        return switch (random.nextInt(depth == 0 ? 4 : 6)) {
            case 0 -> JsonNull.INSTANCE;
            case 1 -> new JsonPrimitive(random.nextBoolean());
            case 2 -> new JsonPrimitive(random.nextLong(-1_000_000_000_000L, 1_000_000_000_000L));
            case 3 -> new JsonPrimitive(text(random));
            case 4 -> {
                JsonArray array = new JsonArray();
                for (int i = random.nextInt(4); i > 0; i--) {
                    array.add(tree(random, depth - 1));
                }
                yield array;
            }
            default -> {
                JsonObject object = new JsonObject();
                for (int i = random.nextInt(4); i > 0; i--) {
                    object.add(text(random), tree(random, depth - 1));
                }
                yield object;
            }
        };
    }

    private static String text(Random random) {
        String units = "aé\u20ac\ud83d\ude00\"\\\n\u0000\u2028/";
        int[] points = units.codePoints().toArray();
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(6); i > 0; i--) {
            text.appendCodePoint(points[random.nextInt(points.length)]);
        }
        return text.toString();
    }
}
