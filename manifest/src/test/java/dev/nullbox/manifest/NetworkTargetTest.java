package dev.nullbox.manifest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.manifest.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.InvalidValueException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkTargetTest {
    @ParameterizedTest
    @CsvSource({
        "*.example.org, a.example.org, true",
        "*.example.org, a.b.example.org, true",
        "*.example.org, example.org, false",
        "*.example.org, evilexample.org, false",
        "*.example.org, a.example.org.evil.example, false",
        "example.org, example.org, true",
        "example.org, a.example.org, false",
        "example.org, evilexample.org, false",
    })
    void aWildcardIsByLabels(String entry, String asked, boolean covered) {
        assertThat(NetworkTarget.parse(entry))
                .isInstanceOfSatisfying(
                        NameTarget.class, name -> assertThat(name.covers(asked)).isEqualTo(covered));
    }

    @ParameterizedTest
    @ValueSource(strings = {"*", "*.", "*.com", "*:443", "*.com:53/udp"})
    void aWildcardOfEverybodysNamesIsRefusedWithTheReason(String entry) {
        assertThatThrownBy(() -> NetworkTarget.parse(entry))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("stands for names of everybody's")
                .hasMessageContaining("*.example.org");
    }

    @Test
    void anEntryIsReadBackAsItsText() {
        NetworkTarget target = NetworkTarget.parse("*.example.org:123/udp");
        assertThat(target.text()).isEqualTo("*.example.org:123/udp");
        assertThat(NetworkTarget.parse(target.text())).isEqualTo(target);
    }
}
