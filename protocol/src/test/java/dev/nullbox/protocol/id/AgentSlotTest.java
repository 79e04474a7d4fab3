package dev.nullbox.protocol.id;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSlotTest {
    private static AgentSlot slot(int number) {
        return new AgentSlot(AgentNetwork.DEFAULT, number);
    }

    @ParameterizedTest
    @CsvSource({
        "1, 10.221.1.1, 10.221.1.2, nb1, 10001",
        "64, 10.221.64.1, 10.221.64.2, nb64, 10064",
        "255, 10.221.255.1, 10.221.255.2, nb255, 10255",
        "256, 10.221.0.5, 10.221.0.6, nb256, 10256",
        "1024, 10.221.0.17, 10.221.0.18, nb1024, 11024"
    })
    void addressesFollowFromTheNumber(int number, String gateway, String address, String name, int uid) {
        assertThat(slot(number).gateway()).isEqualTo(gateway);
        assertThat(slot(number).address()).isEqualTo(address);
        assertThat(slot(number).interfaceName()).isEqualTo(name);
        assertThat(slot(number).uid()).isEqualTo(uid);
        assertThat(AgentSlot.ofInterface(AgentNetwork.DEFAULT, name)).contains(slot(number));
    }

    @Test
    void noTwoShareAnAddress() {
        Set<String> seen = new HashSet<>();
        for (int number = 1; number <= AgentSlot.MAX; number++) {
            assertThat(seen.add(slot(number).gateway())).isTrue();
            assertThat(seen.add(slot(number).address())).isTrue();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"nb0", "nb", "nb01", "nb1025", "nb9999", "eth0", "nb1 ", "xnb1", "nb-1"})
    void otherInterfacesAreNoAgents(String name) {
        assertThat(AgentSlot.ofInterface(AgentNetwork.DEFAULT, name)).isEmpty();
    }

    @Test
    void numbersBeyondAreRefused() {
        assertThatThrownBy(() -> slot(0)).hasMessageContaining("1 to 1024");
        assertThatThrownBy(() -> slot(1025)).hasMessageContaining("1 to 1024");
    }

    @Test
    void anotherNetworkGivesOtherAddresses() {
        AgentSlot slot = new AgentSlot(AgentNetwork.parse("172.30.0.0/16"), 3);
        assertThat(slot.memoryUrl()).isEqualTo("http://172.30.3.1:7300");
        assertThat(slot.apiUrl()).isEqualTo("http://172.30.3.1:7301");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "10.221.0.0",
                "10.221.0.0/15",
                "8.8.0.0/16",
                "172.32.0.0/16",
                "10.221.1.0/16",
                "10.300.0.0/16"
            })
    void otherTextsAreNoNetwork(String text) {
        assertThatThrownBy(() -> AgentNetwork.parse(text)).hasMessageContaining("use a private /16");
    }

    @ParameterizedTest
    @CsvSource({
        "10, 221, 24, true",
        "10, 220, 24, false",
        "10, 0, 8, true",
        "11, 0, 8, false",
        "10, 220, 15, true",
        "10, 222, 15, false",
        "192, 168, 24, false",
        "0, 0, 0, true"
    })
    void overlapIsSeenBothWays(int first, int second, int prefix, boolean overlaps) {
        byte[] address = {(byte) first, (byte) second, 5, 9};
        assertThat(AgentNetwork.DEFAULT.overlaps(address, prefix)).isEqualTo(overlaps);
    }
}
