package dev.nullbox.ctxgraph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "notes/2026-11-22", "a.b_c-D/0", "..", "x/../y"})
    void takesAKey(String text) {
        assertThat(new MemoryKey(text).text()).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "/", "/a", "a/", "a//b", "a b", "ä", "a\n", "a\u0000", "*", "a:b"})
    void refusesAKey(String text) {
        assertThatThrownBy(() -> new MemoryKey(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void boundsTheLengths() {
        assertThat(new MemoryKey("k".repeat(256)).text()).hasSize(256);
        assertThatThrownBy(() -> new MemoryKey("k".repeat(257))).isInstanceOf(IllegalArgumentException.class);
        assertThat(new AgentName("n".repeat(64)).text()).hasSize(64);
        assertThatThrownBy(() -> new AgentName("n".repeat(65))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a.b", "a b", "é"})
    void refusesAnAgentsName(String text) {
        assertThatThrownBy(() -> new AgentName(text)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "00", "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855"})
    void refusesAnId(String text) {
        assertThatThrownBy(() -> new NodeId(text)).isInstanceOf(IllegalArgumentException.class);
    }
}
