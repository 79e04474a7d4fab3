package dev.nullbox.manifest.reader;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Keys, quoted and dotted ones too, and the tables that they make, as Python's tomllib 3.11 (TOML 1.0) reads them. */
class TomlKeyTest {
    @ParameterizedTest
    @MethodSource("documents")
    void keysMakeTheTablesThatTomlGivesThem(String toml, Map<String, Object> tree) {
        TomlGrammar.Checked checked = TomlGrammar.check(toml);
        assertThat(checked.problems()).isEmpty();
        assertThat(checked.text().tree()).isEqualTo(tree);
    }

    static Stream<Arguments> documents() {
        return Stream.of(
                Arguments.of("a.b = 1\na.c = 2", Map.of("a", Map.of("b", 1L, "c", 2L))),
                Arguments.of("\"a\" = 1", Map.of("a", 1L)),
                Arguments.of("'a.b' = 1", Map.of("a.b", 1L)),
                Arguments.of("\"\" = 1", Map.of("", 1L)),
                Arguments.of("\"\\u00e9\\\"\" = 1", Map.of("\u00e9\"", 1L)),
                Arguments.of("a . \"b c\".'d' = 1", Map.of("a", Map.of("b c", Map.of("d", 1L)))),
                Arguments.of(
                        "[a]\nb.c = 1\n[a.d]\ne = 2", Map.of("a", Map.of("b", Map.of("c", 1L), "d", Map.of("e", 2L)))),
                Arguments.of(
                        "[a.b]\nc = 1\n[a]\nd.e = 2", Map.of("a", Map.of("b", Map.of("c", 1L), "d", Map.of("e", 2L)))),
                Arguments.of(
                        "[a.b.c]\nx = 1\n[a]\nb.y = 2",
                        Map.of("a", Map.of("b", Map.of("c", Map.of("x", 1L), "y", 2L)))),
                Arguments.of("[\"a.b\".c]\nx = 1", Map.of("a.b", Map.of("c", Map.of("x", 1L)))),
                Arguments.of(
                        "[ a . \"b\" ]\nx = 1\n[a.b.c]\ny = 2",
                        Map.of("a", Map.of("b", Map.of("x", 1L, "c", Map.of("y", 2L))))),
                Arguments.of(
                        "a = { b.c = 1, b.d = 2, \"e f\" = 3 }",
                        Map.of("a", Map.of("b", Map.of("c", 1L, "d", 2L), "e f", 3L))),
                Arguments.of(
                        "a = [{ b.c = 1 }, { b.c = 2 }]",
                        Map.of("a", List.of(Map.of("b", Map.of("c", 1L)), Map.of("b", Map.of("c", 2L))))),
                Arguments.of("__0 = 1\n__ = 2\n\"__1\" = 3", Map.of("__0", 1L, "__", 2L, "__1", 3L)),
                Arguments.of(
                        "kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk = 1",
                        Map.of("kkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkkk", 1L)),
                Arguments.of(
                        "[fruit]\napple.color = 1\n[fruit.apple.texture]\nsmooth = true",
                        Map.of("fruit", Map.of("apple", Map.of("color", 1L, "texture", Map.of("smooth", true))))),
                Arguments.of("1.2 = 3", Map.of("1", Map.of("2", 3L))),
                Arguments.of("\"a[0]\" = 1\na = [1]", Map.of("a[0]", 1L, "a", List.of(1L))),
                Arguments.of("[x] # \"]\n# [y]\nz = 1", Map.of("x", Map.of("z", 1L))));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = 1\na.b = 2",
                "a.b = 1\na = 2",
                "a.b = 1\na.b = 2",
                "a.b = 1\n[a]",
                "a.b.c = 1\n[a.b]",
                "[a]\nx = 1\n[b]\n[a]",
                "[a.b]\nx = 1\n[a]\nb.y = 2",
                "[a.b.c]\n[a]\nb.c.x = 1",
                "a = { b = 1 }\na.c = 2",
                "a = { b.c = 1, b = 2 }",
                "a = { b = { c = 1 }, b.d = 2 }",
                "a = [{ b = 1 }]\n[a.c]",
                "\"a\" = 1\n'a' = 2",
                "[\"a\"]\n[a]",
                "\"\"\"a\"\"\" = 1",
                "a.\"b\nc\" = 1",
                "a. = 1",
                ".a = 1",
                "a..b = 1",
                "[a.]",
                "[a.\"b]",
                "\"a = 1",
                "a b = 1",
                "[a]\nb.c = 1\n[a.b]\nd = 2",
                "a = 1\n[a.b]",
                "[x]\ny.z = 1\n[w]\n[x.y]"
            })
    void refusesWhatTomlRefuses(String toml) {
        assertThat(TomlGrammar.check(toml).problems()).isNotEmpty();
    }
}
