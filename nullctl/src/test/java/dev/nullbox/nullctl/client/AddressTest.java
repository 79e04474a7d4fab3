package dev.nullbox.nullctl.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class AddressTest {
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
}
