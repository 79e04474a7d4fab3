package dev.nullbox.manifest.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ManifestPropertyTest {
    private static final long OTHERS = Long.getLong("nullbox.test.seed", 0);
    private static final String PIECES =
            "[]{}\"'=,.#\\\n\r\t -+_01a\u00e9\u0000 agent name command capabilities network allow true 'x' \"y\" ";
    private static final String SEED = """
            [agent]
            name = "hello"
            command = ["/bin/hello", 'x']
            [agent.env]
            A = "b" # c
            [capabilities]
            max_memory_mb = 1_28
            credential_refs = [{ name = "A", reads = 1, deliver = "fetch" }, { name = 'B' }]
            network = { allow = ["1.2.3.4:80", "a.example"] }
            """;

    /** Whatever toml4j makes of text that the grammar lets through is what TOML says it is. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void toml4jReadsTheSubsetAsItIsMeant(long seed) {
        Random random = new Random(OTHERS + seed);
        for (int round = 0; round < 200; round++) {
            StringBuilder toml = new StringBuilder();
            Map<String, Object> meant = document(random, toml);
            TomlGrammar.Checked checked = TomlGrammar.check(toml.toString());
            assertThat(checked.problems()).as(toml.toString()).isEmpty();
            assertThat(checked.text().tree()).as("seed %d: %s", seed, toml).isEqualTo(meant);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13, 14})
    void neverThrows(long seed) {
        Random random = new Random(OTHERS + seed);
        for (int round = 0; round < 2_000; round++) {
            byte[] bytes = new byte[random.nextInt(120)];
            random.nextBytes(bytes);
            assertThat(ManifestReader.read(new String(bytes, StandardCharsets.ISO_8859_1)))
                    .isNotNull();
            assertThat(ManifestReader.read(mutated(random))).isNotNull();
        }
    }

    private static String mutated(Random random) {
        StringBuilder text = new StringBuilder(SEED);
        for (int i = random.nextInt(6); i >= 0; i--) {
            int start = random.nextInt(text.length() + 1);
            int end = Math.min(text.length(), start + random.nextInt(8));
            int piece = random.nextInt(PIECES.length() - 8);
            text.replace(start, end, PIECES.substring(piece, piece + random.nextInt(8)));
        }
        return text.toString();
    }

    private static Map<String, Object> document(Random random, StringBuilder toml) {
        Map<String, Object> root = new TreeMap<>();
        keys(random, toml, root, "k");
        for (int i = random.nextInt(4); i > 0; i--) {
            Map<String, Object> table = new TreeMap<>();
            toml.append(pick(random, "", " "))
                    .append("[t")
                    .append(i)
                    .append(pick(random, "", ".u"))
                    .append(']');
            boolean nested = toml.charAt(toml.length() - 2) == 'u';
            root.put("t" + i, nested ? new TreeMap<>(Map.of("u", table)) : table);
            toml.append(lineEnd(random));
            keys(random, toml, table, "v");
        }
        return root;
    }

    private static void keys(Random random, StringBuilder toml, Map<String, Object> table, String prefix) {
        for (int i = random.nextInt(5); i > 0; i--) {
            String key = prefix + i;
            boolean isDotted = random.nextInt(4) == 0;
            toml.append(pick(random, key, '"' + key + '"', "'" + key + "'"));
            toml.append(isDotted ? pick(random, ".'a.b'", " . \"a\\u002eb\"") : "");
            toml.append(pick(random, "=", " = ", "\t= "));
            Object value = value(random, toml);
            table.put(key, isDotted ? Map.of("a.b", value) : value);
            toml.append(lineEnd(random));
        }
    }

    private static String lineEnd(Random random) {
        return pick(random, "\n", "\r\n", "  \n", " # it's \"a\" [comment] = , {\n", "\n\n# x\n");
    }

    private static Object value(Random random, StringBuilder toml) {
        return switch (random.nextInt(7)) {
            case 0 -> number(random, toml);
            case 1 -> {
                boolean value = random.nextBoolean();
                toml.append(value);
                yield value;
            }
            case 2 -> basic(random, toml);
            case 3 -> {
                String text = text(random, "ab\"\\#[]{},=\u00e9 \t");
                toml.append('\'').append(text).append('\'');
                yield text;
            }
            case 4 -> array(random, toml);
            case 5 -> lines(random, toml);
            default -> inline(random, toml);
        };
    }

    private static Object number(Random random, StringBuilder toml) {
        long value = random.nextLong(2_000_000) - 1_000_000;
        toml.append(value >= 0 ? pick(random, "", "+") : "").append(value);
        return value;
    }

    private static Object basic(Random random, StringBuilder toml) {
        String text = text(random, "ab'\"\\#[]{},=\u00e9 \t\n\r\b\f\0");
        toml.append('"');
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            toml.append(
                    switch (c) {
                        case '"' -> "\\\"";
                        case '\\' -> "\\\\";
                        case '\0' -> pick(random, "\\u0000", "\\U00000000");
                        case '\n' -> "\\n";
                        case '\r' -> "\\r";
                        case '\b' -> "\\b";
                        case '\f' -> "\\f";
                        default -> String.valueOf(c);
                    });
        }
        toml.append('"');
        return text;
    }

    /** A string of many lines: literal, or basic with line ends that a backslash takes away. */
    private static Object lines(Random random, StringBuilder toml) {
        boolean isLiteral = random.nextBoolean();
        String quotes = isLiteral ? "'''" : "\"\"\"";
        toml.append(quotes).append(pick(random, "\n", "\r\n"));
        StringBuilder meant = new StringBuilder();
        for (int i = random.nextInt(5); i > 0; i--) {
            String text = "x" + text(random, isLiteral ? "ab\"\\#[]{},=\u00e9 \t\n" : "ab'#[]{},=\u00e9 \t\n");
            toml.append(text).append(isLiteral ? "" : pick(random, "", "\\\n", "\\ \r\n\n \t"));
            meant.append(text);
        }
        String last = quotes.substring(0, random.nextInt(3));
        toml.append(isLiteral ? "" : "\\\\").append(last).append(quotes);
        return meant.append(isLiteral ? "" : "\\").append(last).toString();
    }

    private static Object array(Random random, StringBuilder toml) {
        List<Object> list = new ArrayList<>();
        boolean lines = random.nextBoolean();
        boolean tables = random.nextInt(4) == 0;
        toml.append('[').append(lines ? lineEnd(random) : "");
        int size = random.nextInt(4);
        for (int i = 0; i < size; i++) {
            list.add(tables ? inline(random, toml) : basic(random, toml));
            toml.append(i < size - 1 || random.nextBoolean() ? "," : "");
            toml.append(lines ? lineEnd(random) : pick(random, "", " "));
        }
        toml.append(']');
        return list;
    }

    private static Object inline(Random random, StringBuilder toml) {
        Map<String, Object> table = new TreeMap<>();
        toml.append("{");
        int size = random.nextInt(3);
        for (int i = 0; i < size; i++) {
            toml.append(i > 0 ? ", " : " ").append('i').append(i).append(" = ");
            table.put("i" + i, random.nextBoolean() ? basic(random, toml) : number(random, toml));
        }
        toml.append(" }");
        return table;
    }

    private static String text(Random random, String alphabet) {
        StringBuilder text = new StringBuilder();
        for (int i = random.nextInt(8); i > 0; i--) {
            text.append(alphabet.charAt(random.nextInt(alphabet.length())));
        }
        return text.toString();
    }

    private static String pick(Random random, String... choices) {
        return choices[random.nextInt(choices.length)];
    }
}
