package dev.nullbox.manifest.network;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SpecialRangesTest {
    /** The last address of each range beside the first one after it. */
    @ParameterizedTest
    @CsvSource({
        "0.255.255.255, 1.0.0.0",
        "10.255.255.255, 11.0.0.0",
        "100.127.255.255, 100.128.0.0",
        "127.255.255.255, 128.0.0.0",
        "169.254.169.254, 169.253.255.255",
        "172.31.255.255, 172.32.0.0",
        "192.0.0.255, 192.0.1.0",
        "192.168.255.255, 192.169.0.0",
        "198.19.255.255, 198.20.0.0",
        "224.0.0.0, 223.255.255.255",
        "255.255.255.255, 9.255.255.255"
    })
    void aRangeEndsAtItsBounds(String within, String beside) {
        assertThat(SpecialRanges.contain(InetAddress.ofLiteral(within))).isTrue();
        assertThat(SpecialRanges.contain(InetAddress.ofLiteral(beside))).isFalse();
    }
}
