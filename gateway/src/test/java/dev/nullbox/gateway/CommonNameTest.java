package dev.nullbox.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommonNameTest {
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
}
