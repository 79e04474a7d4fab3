package dev.nullbox.protocol.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NameServerTest {
    @ParameterizedTest
    @CsvSource({"192.0.2.1, 53, 192.0.2.1", "192.0.2.1:53, 53, 192.0.2.1", "192.0.2.1:65535, 65535, 192.0.2.1:65535"})
    void aServerIsReadBack(String text, int port, String shown) {
        NameServer server = NameServer.parse(text);
        assertThat(server.address().getHostAddress()).isEqualTo("192.0.2.1");
        assertThat(server.port()).isEqualTo(port);
        assertThat(server).hasToString(shown);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "name.example",
                "2001:db8::1",
                "192.0.2.1:",
                "192.0.2.1:0",
                "192.0.2.1:053",
                "192.0.2.1:+53",
                "192.0.2.1:65536",
                "192.0.2.1:1234567890123",
                "192.0.2.1 192.0.2.2"
            })
    void malformedServerIsRefusedWithTheRightForm(String text) {
        assertThatThrownBy(() -> NameServer.parse(text))
                .isInstanceOf(InvalidValueException.class)
                .hasMessageContaining("ADDRESS:PORT");
    }
}
