package dev.nullbox.manifest.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings and their values, as Python's tomllib 3.11 (TOML 1.0) reads them. */
class TomlStringTest {
    @ParameterizedTest
    @MethodSource("values")
    void aStringHasTheValueThatTomlGivesIt(String toml, Object value) {
        TomlGrammar.Checked checked = TomlGrammar.check("a = " + toml);
        assertThat(checked.problems()).isEmpty();
        assertThat(checked.text().tree()).isEqualTo(Map.of("a", value));
    }

    static Stream<Arguments> values() {
        return Stream.of(
                Arguments.of("\"\\\\\"", "\\"),
                Arguments.of("\"C:\\\\dir\\\\n\"", "C:\\dir\\n"),
                Arguments.of("\"\\b\\t\\n\\f\\r\\\"\"", "\b\t\n\f\r\""),
                Arguments.of("\"\\u00e9\\u00E9\"", "\u00e9\u00e9"),
                Arguments.of("\"\\U0001F600\"", "\ud83d\ude00"),
                Arguments.of("\"\\uD7FF\\uE000\\U0010FFFF\"", "\ud7ff\ue000\udbff\udfff"),
                Arguments.of("\"\\u0000\"", "\0"),
                Arguments.of("\"\\\\u00e9\"", "\\u00e9"),
                Arguments.of("\"# no comment\" # a comment", "# no comment"),
                Arguments.of("'\\\\u00e9 # \\n'", "\\\\u00e9 # \\n"),
                Arguments.of("''", ""),
                Arguments.of("\"\"", ""),
                Arguments.of("\"\t]}=,[{\"", "\t]}=,[{"),
                Arguments.of("'it\\\"s'", "it\\\"s"),
                Arguments.of("\"it's\"", "it's"),
                Arguments.of("\"\"\"\nx\n\"\"\"", "x\n"),
                Arguments.of("\"\"\"\r\nx\r\ny\"\"\"", "x\ny"),
                Arguments.of("\"\"\"\n\nx\"\"\"", "\nx"),
                Arguments.of("\"\"\"x\\\n   y\"\"\"", "xy"),
                Arguments.of("\"\"\"x\\  \n\n\t y\\\r\n\r\n\"\"\"", "xy"),
                Arguments.of("\"\"\"\\\n  \"\"\"", ""),
                Arguments.of("\"\"\"x \\\\\n y\"\"\"", "x \\\n y"),
                Arguments.of("\"\"\"\"q\"\"\"\"", "\"q\""),
                Arguments.of("\"\"\"\"\"q\"\"\"\"\"", "\"\"q\"\""),
                Arguments.of("\"\"\"\"\"\"", ""),
                Arguments.of("\"\"\"\"\"\"\"\"", "\"\""),
                Arguments.of("\"\"\"a\"\"b\"\"\"", "a\"\"b"),
                Arguments.of("\"\"\"a\\\"\"\"b\"\"\"", "a\"\"\"b"),
                Arguments.of("\"\"\"\\\"\\\"\\\"\"\"\"", "\"\"\""),
                Arguments.of("\"\"\"]\n[x]\n# no comment\"\"\"", "]\n[x]\n# no comment"),
                Arguments.of("\"\"\"\u00e9\ud83d\ude00\t\"\"\"", "\u00e9\ud83d\ude00\t"),
                Arguments.of("\"\"\"\\u0041\\U00000042\"\"\"", "AB"),
                Arguments.of("'''\nx\\n\n'''", "x\\n\n"),
                Arguments.of("'''it''s'''", "it''s"),
                Arguments.of("''''q''''", "'q'"),
                Arguments.of("'''''q'''''", "''q''"),
                Arguments.of("''''''", ""),
                Arguments.of("'''\\'''", "\\"),
                Arguments.of("'''\\\n x'''", "\\\n x"),
                Arguments.of("'''x\r\ny'''", "x\ny"),
                Arguments.of("'''\"\"\"'''", "\"\"\""),
                Arguments.of("\"\"\"'''\"\"\"", "'''"),
                Arguments.of("[\"\"\"a\nb\"\"\", '''c''', \"d\", 'e']", List.of("a\nb", "c", "d", "e")),
                Arguments.of("{ x = \"\"\"a\n=}\"\"\" }", Map.of("x", "a\n=}")));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"\\e\"",
                "\"\\x41\"",
                "\"\\/\"",
                "\"\\ \"",
                "\"\\u12\"",
                "\"\\u12G4\"",
                "\"\\uD800\"",
                "\"\\uDFFF\"",
                "\"\\U00110000\"",
                "\"\\UFFFFFFFF\"",
                "\"\\U1234567\"",
                "\"\\u\uff11\uff11\uff11\uff11\"",
                "\"x\ny\"",
                "'x\ny'",
                "\"x\\\ny\"",
                "\"x",
                "'x",
                "\"\\\"",
                "\"\"\"x",
                "'''x",
                "\"\"\"x\"",
                "\"\"\"x\\\"\"\"",
                "\"\"\"x\\ y\"\"\"",
                "\"\"\"\\u00\"\"\"",
                "\"\"\"x\ry\"\"\"",
                "'''x\ry'''",
                "'''\0'''",
                "\"\"\"\u0007\"\"\"",
                "\"\u007f\"",
                "\"\"\"\"\"\"\"\"\"",
                "'''''''''",
                "\"a\" \"b\"",
                "'a'b",
                "\"\"\"a\"\"\" b",
                "\"\\",
                "\"\"\"\\",
                "\"\\u",
                "'''a'''''''"
            })
    void refusesWhatIsNoString(String toml) {
        assertThat(TomlGrammar.check("a = " + toml).problems()).isNotEmpty();
    }

    @Test
    void aFaultInAStringOfManyLinesIsOne() {
        String toml = "a = \"\"\"\n\\x\n[ ? =\n\"\"\"\nb = ?\nc = '''\nd = 1\n";
        assertThat(TomlGrammar.check(toml).problems())
                .extracting(problem -> problem.fieldPath() + ": " + problem.problem())
                .containsExactly(
                        "line 2: a backslash begins no escape of TOML",
                        "line 5: '?' stands where a value must",
                        "line 6: a string does not end");
    }
}
