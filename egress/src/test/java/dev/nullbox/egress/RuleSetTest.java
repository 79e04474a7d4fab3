package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RuleSetTest {
    private static final int GATE_USER = 107;
    private static final AgentName HELLO = new AgentName("hello");

    private static AgentSlot slot(int number) {
        return new AgentSlot(AgentNetwork.DEFAULT, number);
    }

    private static String golden(String name) throws IOException {
        try (InputStream in = RuleSetTest.class.getResourceAsStream("/golden/" + name)) {
            assertThat(in).as("golden file %s", name).isNotNull();
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static RuleSet rules(String... allow) throws RpcException {
        return RuleSet.compile(
                AgentPolicy.of(HELLO, slot(1), new AgentPolicy.Ports(7300, Optional.empty()), List.of(allow)));
    }

    @Test
    void theBaseTableIsTheGoldenOne() throws Exception {
        assertThat(BaseTable.install(AgentNetwork.DEFAULT, GATE_USER)).isEqualTo(golden("base.nft"));
    }

    @Test
    void anAgentWithTargetsIsTheGoldenOne() throws Exception {
        assertThat(NftText.install(rules("192.0.2.7", "10.1.2.3:80"))).isEqualTo(golden("two-targets.nft"));
    }

    @Test
    void aPortOfUdpIsNoneOfTcp() throws Exception {
        assertThat(NftText.install(rules("192.0.2.7:124/udp")).lines())
                .contains("add rule inet nullbox nb1_to_world ip daddr 192.0.2.7 udp dport 124 counter accept comment"
                        + " \"hello: AGENT.toml allows 192.0.2.7:124/udp\"")
                .noneMatch(line -> line.contains("tcp dport 124"));
        assertThat(NftText.install(rules("192.0.2.7:124")).lines())
                .anyMatch(line -> line.contains("ip daddr 192.0.2.7 tcp dport 124 counter accept"))
                .noneMatch(line -> line.contains("udp dport 124"));
    }

    @Test
    void anAgentWithoutTargetsIsTheGoldenOne() throws Exception {
        assertThat(NftText.install(rules())).isEqualTo(golden("no-targets.nft"));
    }

    @Test
    void anAgentWithAllThatItCanHaveIsTheGoldenOne() throws Exception {
        AgentPolicy.Ports ports = new AgentPolicy.Ports(7300, Optional.of(7301));
        AgentPolicy policy = AgentPolicy.of(HELLO, slot(1), ports, List.of("192.0.2.7"));
        assertThat(NftText.install(RuleSet.compile(policy))).isEqualTo(golden("all-ports.nft"));
    }

    @Test
    void anAgentWithNamesIsTheGoldenOne() throws Exception {
        assertThat(NftText.install(rules("api.example.com", "*.example.org:8443", "10.1.2.3:53/udp")))
                .isEqualTo(golden("names.nft"));
    }

    @Test
    void anAgentWithRangesIsTheGoldenOne() throws Exception {
        assertThat(NftText.install(
                        rules("10.2.0.0/16:8000-8100", "192.0.2.0/24:53/udp", "git.corp.example to 10.1.0.0/16")))
                .isEqualTo(golden("ranges.nft"));
    }

    @Test
    void removalIsTheGoldenOne() throws Exception {
        assertThat(NftText.remove(slot(64))).isEqualTo(golden("remove.nft"));
    }

    @Test
    void anotherNetworkIsTheOneThatRulesName() throws Exception {
        AgentNetwork network = AgentNetwork.parse("172.30.0.0/16");
        assertThat(BaseTable.install(network, GATE_USER))
                .isEqualTo(golden("base.nft").replace("10.221.", "172.30."));
        AgentSlot slot = new AgentSlot(network, 1);
        AgentPolicy.Ports ports = new AgentPolicy.Ports(7300, Optional.empty());
        assertThat(NftText.install(RuleSet.compile(AgentPolicy.of(HELLO, slot, ports, List.of("10.221.1.1:22")))))
                .contains("10.221.1.1", "172.30.1.2")
                .doesNotContain("10.221.1.2");
        assertThatThrownBy(() -> AgentPolicy.of(HELLO, slot, ports, List.of("172.30.2.2:7300")))
                .hasMessageContaining("lies in 172.30.0.0/16, the agents' own network");
    }

    @Test
    void everyRuleCarriesItsReason() throws Exception {
        String all = BaseTable.install(AgentNetwork.DEFAULT, GATE_USER) + NftText.install(rules("192.0.2.7"));
        assertThat(all.lines().filter(line -> line.startsWith("add rule")))
                .isNotEmpty()
                .allMatch(line -> line.matches(".* comment \"[^\"]{3,120}\""));
    }

    @Test
    void everyChainEndsByDropping() throws Exception {
        RuleSet rules = rules("192.0.2.7");
        for (PacketPath path : EnumSet.complementOf(EnumSet.of(PacketPath.TO_GATE))) {
            assertThat(rules.on(path).getLast()).isIn(new EgressRule.DropRest(), new EgressRule.RefuseRest());
        }
    }

    @Test
    void namesADuplicateOnce() throws Exception {
        assertThat(rules("192.0.2.7", "192.0.2.7:443").size())
                .isEqualTo(rules("192.0.2.7").size());
    }

    @Test
    void theLongestCommentFitsTheKernelsBound() throws Exception {
        AgentPolicy policy = AgentPolicy.of(
                new AgentName("x".repeat(AgentName.MAX_LENGTH)),
                slot(64),
                new AgentPolicy.Ports(65_535, Optional.of(65_534)),
                List.of("203.203.203.203:65535"));
        assertThat(NftText.install(RuleSet.compile(policy)).lines())
                .allMatch(line -> line.substring(line.indexOf('"') + 1).length() <= 128);
    }

    @ParameterizedTest
    @CsvSource({
        "[2001:db8::1]:443, EGRESS_NO_IPV6",
        "10.221.2.2:7300, EGRESS_ADDRESS_RESERVED",
        "10.221.1.1:22, EGRESS_ADDRESS_RESERVED",
        "10.0.0.0/8:22, EGRESS_ADDRESS_RESERVED",
        "10.221.4.0/24:22, EGRESS_ADDRESS_RESERVED",
        "git.corp.example to 10.0.0.0/8, EGRESS_ADDRESS_RESERVED",
        "127.0.0.1:80, EGRESS_BAD_TARGET",
        "192.0.2.7 tcp dport 1 accept, EGRESS_BAD_TARGET",
        "192.0.2.7:1; flush ruleset, EGRESS_BAD_TARGET",
    })
    void refusesWhatItCannotHold(String entry, EgressReason code) {
        assertThatThrownBy(() -> rules("192.0.2.7", entry)).isInstanceOfSatisfying(RpcException.class, refusal -> {
            assertThat(refusal.detail()).isEqualTo(code.name());
            assertThat(refusal.field()).contains("network.allow[1]");
            assertThat(refusal).hasMessageStartingWith("network.allow[1]: ");
        });
    }

    @Test
    void slotsAndInterfacesAreOneToOne() {
        for (int number = 1; number <= AgentSlot.MAX; number++) {
            AgentSlot slot = slot(number);
            assertThat(AgentSlot.ofInterface(AgentNetwork.DEFAULT, slot.interfaceName()))
                    .contains(slot);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "nb", "nb0", "nb1025", "nb01", "nb1 ", "nb-1", "eth0", "nb1\" : accept", "NB1"})
    void otherInterfacesAreNobodys(String name) {
        assertThat(AgentSlot.ofInterface(AgentNetwork.DEFAULT, name)).isEmpty();
    }
}
