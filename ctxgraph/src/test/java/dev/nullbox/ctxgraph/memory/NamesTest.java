package dev.nullbox.ctxgraph.memory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"s/a", "notes/2026-11-22", "a.b_c-D/0", "../..", "x/../y"})
    void takesAKey(String text) {
        assertThat(new MemoryKey(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "a", "/a", "a/", "a//b", "a b", "ä", "a\n", "a\u0000", "*", "a:b"})
    void refusesAKey(String text) {
        assertThatThrownBy(() -> new MemoryKey(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void takesAKeyOfOneSegmentAsTheAgentsOwn() {
        PrincipalName ada = new PrincipalName("ada");
        assertThat(MemoryKey.of(ada, "plan").text()).isEqualTo("ada/plan");
        assertThat(MemoryKey.of(ada, "ada/plan").text()).isEqualTo("ada/plan");
        assertThat(MemoryKey.of(ada, "bob/plan").text()).isEqualTo("bob/plan");
        assertThatThrownBy(() -> MemoryKey.of(ada, "k".repeat(253))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void matchesWholeSegmentsOnly() {
        MemoryKey key = new MemoryKey("notes/ada/plan");
        for (String pattern : new String[] {"*", "notes/*", "notes/ada/*", "notes/ada/plan"}) {
            assertThat(new KeyGlob(pattern).matches(key)).as(pattern).isTrue();
        }
        for (String pattern : new String[] {"note/*", "notes", "notes/ada", "notes/a/*", "notes/ada/plan/*", "ada/*"}) {
            assertThat(new KeyGlob(pattern).matches(key)).as(pattern).isFalse();
        }
        for (String pattern : new String[] {"", "/*", "notes*", "*/plan", "notes/*/plan", "notes/", "**", "notes/**"}) {
            assertThatThrownBy(() -> new KeyGlob(pattern)).as(pattern).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void boundsTheLengths() {
        assertThat(new MemoryKey("s/" + "k".repeat(254)).text()).hasSize(256);
        assertThatThrownBy(() -> new MemoryKey("s/" + "k".repeat(255))).isInstanceOf(IllegalArgumentException.class);
        assertThat(new PrincipalName("n".repeat(64)).text()).hasSize(64);
        assertThatThrownBy(() -> new PrincipalName("n".repeat(65))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a.b", "a b", "é"})
    void refusesAnAgentsName(String text) {
        assertThatThrownBy(() -> new PrincipalName(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"})
    void refusesAnId(String text) {
        assertThatThrownBy(() -> new NodeId(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
