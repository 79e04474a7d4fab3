package dev.nullbox.nullctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class TextTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "CN=operator,O=NullBox|operator",
                "O=NullBox,CN=a b|a b",
                "O=x\\,CN=evil,CN=good|good",
                "CN=a\\,b|a??b",
                "O=NullBox|unnamed",
                "CN=|unnamed",
                "UID=1+CN=two|two",
            })
    void findsTheCommonName(String subject, String name) {
        assertThat(CommonName.of(subject)).isEqualTo(name);
    }

    @Test
    void showsNoControlCharacters() {
        assertThat(Printable.line("a\u001b[31m\tb\r\n\u202ec\u009bd\u00e4")).isEqualTo("a?[31m b???c?d\u00e4");
    }

    @ParameterizedTest
    @ValueSource(strings = {"127.0.0.1:7443", "box.example:1", "[::1]:65535"})
    void readsAddresses(String text) {
        assertThat(new Address.Converter().convert(text)).hasToString(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "host", "host:", ":1", "::1:1", "host:0", "host:65536", "host:x", "[]:1"})
    void refusesOtherTexts(String text) {
        assertThatThrownBy(() -> new Address.Converter().convert(text))
                .isInstanceOf(CommandLine.TypeConversionException.class);
    }

    @Test
    void tellsDurationsByTheirTwoLargestUnits() {
        assertThat(Cell.duration(59)).isEqualTo("59s");
        assertThat(Cell.duration(61)).isEqualTo("1m 1s");
        assertThat(Cell.duration(3725)).isEqualTo("1h 2m");
        assertThat(Cell.duration(90_000)).isEqualTo("1d 1h");
    }
}
