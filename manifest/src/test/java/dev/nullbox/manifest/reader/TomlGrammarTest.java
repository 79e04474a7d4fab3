package dev.nullbox.manifest.reader;

import static org.assertj.core.api.Assertions.assertThat;

import com.moandjiezana.toml.Toml;
import dev.nullbox.manifest.Problem;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TomlGrammarTest {
    private static List<Problem> problems(String toml) {
        return TomlGrammar.check(toml).problems();
    }

    /** What toml4j 0.7.2 accepts although TOML forbids it, or misreads. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "a =", // dropped without a word
                "a = # nothing",
                "a = [1 2]",
                "a = [1,,2]",
                "a = [,1]",
                "a = {x = 1,}",
                "a = {\nx = 1\n}",
                "a = 01",
                "a = 00",
                "a = \"x\ny\"", // a line end inside a string
                "a = 'x\ny'",
                "a = \"\u0000\"",
                "a = \"\u0007\"",
                "a = 'x\u007f'",
                "a = 1 # \u0001",
                "a = \"\\uD800\"",
                "a = \"\\U00110000\"", // read as "0000"
                "\"a\" = 1\na = 2", // the key keeps its quotes, hence no duplicate
                "a = {x = 1}\n[a.b]\nz = 1", // an inline table that grows
                "a = 2020-01-01T00:00:00Z",
            })
    void refusesWhatToml4jLetsThrough(String toml) {
        assertThat(new Toml().read(toml)).isNotNull();
        assertThat(problems(toml)).isNotEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a = 99999999999999999999", // NumberFormatException
                "a = '''", // StringIndexOutOfBoundsException
                "a = 1\na = 2",
                "[a]\n[a]",
                "[a]\nb = 1\n[a.b]",
                "[a.b]\n[a]\nb = 1",
                "a = {x = 1, x = 2}",
                "a = [{x = 1, x = 2}]",
                "a = [{x = 1}, 'y', 1]",
                "[[a]]",
                "a = 1 b",
                "a = \"x",
                "[a",
                "[]",
                "[a..b]",
                "a = 0x10",
                "a = 1__0",
                "a = inf",
                "a = TRUE",
                "a = ['x', 1]", // TOML 1.0 mixes types, toml4j does not
                "\ufeffa = 1",
                "a = 1\rb = 2",
                "a",
                "= 1",
                "\ud800 = 1",
                "a = '\udc00'",
            })
    void refusesWhatNobodyReads(String toml) {
        assertThat(problems(toml)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "# only a comment",
                "a = 1 # c\r\nb = -1_000\r\n",
                "a = \"\\t\\\"x\\\" # no comment\"",
                "a = 'C:\\x \ud83d\ude00'",
                "a = [ # c\n 'x', # d ] \" '\n\n 'y',\n]",
                "a = {}",
                "a = { b = 'c', d = [true, false], e = { f = 1 } }",
                "[ a . b ] # c\nc = 0.5\n[a]\nd = 1",
                "a=+0",
                "a = [{x = 1}, {x = 2}]",
                "a = [ # c\n { x = ']' }, # }\n\n { x = '}', y = [{ x = 1 }] },\n]",
                "[a] # toml4j takes ] in a comment for its own",
            })
    void letsThroughWhatToml4jReadsRightly(String toml) {
        assertThat(problems(toml)).isEmpty();
        assertThat(TomlGrammar.check(toml).text().tree()).isNotNull();
    }

    @Test
    void boundsNesting() {
        assertThat(problems("a = " + "[".repeat(30_000))).isNotEmpty();
        assertThat(problems("a = " + "{a=".repeat(20_000))).isNotEmpty();
        assertThat(problems("[" + "a.".repeat(30_000) + "a]")).isNotEmpty();
    }

    @Test
    void boundsHowMuchThereIs() {
        assertThat(problems("a = [" + "1,".repeat(TomlGrammar.MAX_ITEMS - 1) + "]"))
                .isEmpty();
        assertThat(problems("a = [" + "1,".repeat(TomlGrammar.MAX_ITEMS) + "]\n?"))
                .hasSize(1);
        assertThat(problems(keys(TomlGrammar.MAX_ITEMS))).isEmpty();
        assertThat(problems(keys(TomlGrammar.MAX_ITEMS + 1)))
                .containsExactly(new Problem(
                        "line 10001",
                        "there are more than 10000 headers, keys and elements",
                        "an AGENT.toml needs fewer"));
    }

    private static String keys(int count) {
        StringBuilder toml = new StringBuilder();
        for (int i = 0; i < count; i++) {
            toml.append('k').append(i).append(" = 1\n");
        }
        return toml.toString();
    }

    @Test
    void namesTheLine() {
        assertThat(problems("a = 1\nb = [\n 1,\n]\nc = ?\nd = 1\ne = ?"))
                .extracting(Problem::fieldPath)
                .containsExactly("line 5", "line 7");
    }

    @Test
    void stopsCountingProblems() {
        assertThat(problems("?\n".repeat(1_000))).hasSize(20);
    }
}
