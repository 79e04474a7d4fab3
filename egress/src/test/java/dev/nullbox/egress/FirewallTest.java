package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirewallTest {
    private static final AgentSlot SLOT = slot(1);

    private final FakeNftables kernel = new FakeNftables();

    @TempDir
    private Path directory;

    private Firewall firewall;

    @BeforeEach
    void defaultDrop() throws Exception {
        firewall = KernelTableTest.firewall(kernel, directory, new ArrayList<>());
        firewall.start();
    }

    private static AgentSlot slot(int number) {
        return new AgentSlot(AgentNetwork.DEFAULT, number);
    }

    private static RuleSet rules(AgentSlot slot) throws RpcException {
        return RuleSet.compile(AgentPolicy.of(
                new AgentName("hello"), slot, new AgentPolicy.Ports(7300, Optional.empty()), List.of("192.0.2.7:443")));
    }

    private void applyFails(EgressReason code) {
        assertThatThrownBy(() -> firewall.apply(rules(SLOT)))
                .isInstanceOfSatisfying(
                        RpcException.class,
                        failure -> assertThat(failure.detail()).isEqualTo(code.name()));
        kernel.tamper(listing -> listing);
        assertThat(kernel.knows(SLOT)).isFalse();
    }

    @Test
    void whatIsAppliedIsInForceUntilItIsRemoved() throws RpcException {
        firewall.apply(rules(SLOT));
        assertThat(firewall.installed())
                .singleElement()
                .satisfies(installed -> assertThat(installed.agent().value()).isEqualTo("hello"));
        assertThat(firewall.remove(new AgentName("other"), Optional.empty())).isFalse();
        assertThat(firewall.remove(new AgentName("hello"), Optional.empty())).isTrue();
        assertThat(kernel.knows(SLOT)).isFalse();
    }

    /** The kernel replaces an element of the same value; this one keeps each as it was written. */
    @Test
    void whatANameStandsForIsThereForItsTimeAndGoesWithThePolicy() throws RpcException {
        firewall.apply(rules(SLOT));
        NamedPort port = new NamedPort("192.0.2.9", NetworkTarget.Transport.TCP, 443);
        firewall.admit(SLOT, List.of(port), Duration.ofSeconds(90), () -> true);
        firewall.admit(SLOT, List.of(port), Duration.ofSeconds(60), () -> true);
        assertThat(kernel.elements("nb1_ports"))
                .containsExactly("192.0.2.9 . tcp . 443 timeout 90s", "192.0.2.9 . tcp . 443 timeout 60s");
        firewall.apply(rules(SLOT));
        assertThat(kernel.elements("nb1_ports")).isEmpty();
        assertThatThrownBy(() -> firewall.admit(SLOT, List.of(port), Duration.ofSeconds(60), () -> false))
                .hasMessageContaining("the policy has changed");
        assertThat(kernel.elements("nb1_ports")).isEmpty();
    }

    @Test
    void runsOfAnAgentHaveTheirOwnRules() throws RpcException {
        firewall.apply(rules(slot(2)));
        firewall.apply(rules(SLOT));
        assertThat(kernel.knows(slot(2))).isTrue();
        assertThat(kernel.knows(SLOT)).isTrue();
        assertThat(firewall.remove(new AgentName("other"), Optional.of(SLOT))).isFalse();
        assertThat(firewall.remove(new AgentName("hello"), Optional.of(SLOT))).isTrue();
        assertThat(kernel.knows(slot(2))).isTrue();
        assertThat(kernel.knows(SLOT)).isFalse();
        firewall.apply(rules(SLOT));
        assertThat(firewall.remove(new AgentName("hello"), Optional.empty())).isTrue();
        assertThat(kernel.knows(slot(2))).isFalse();
        assertThat(kernel.knows(SLOT)).isFalse();
    }

    /** Rules that were in force before do not outlive a failure: nobody could say which of them still are. */
    @Test
    void whicheverCommandFailsTheAgentHasNoRules() throws RpcException {
        kernel.failAt(0);
        firewall.apply(rules(SLOT));
        int commands = kernel.runs();
        assertThat(commands).isGreaterThan(8);
        for (int n = 1; n <= commands; n++) {
            kernel.failAt(0);
            firewall.apply(rules(SLOT));
            kernel.failAt(n);
            applyFails(EgressReason.EGRESS_APPLY_FAILED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tcp dport 443 counter accept, tcp dport 444 counter accept",
        "'drop comment \"hello: all that', 'accept comment \"hello: all that'",
        "ct direction reply accept, accept",
        "'ip daddr 192.0.2.7 ', ''",
        "'map \"nb1\"', map ",
        "'map \"nb1\"', 'map \"eth0\"'",
    })
    void whatReadsOtherwiseIsTakenBack(String given, String listed) {
        kernel.tamper(listing -> listing.replace(given, listed));
        applyFails(EgressReason.EGRESS_READ_BACK_DIFFERS);
    }

    @ParameterizedTest
    @CsvSource({"policy drop, policy accept", "'\t\tiifname \"lo\"', '\t\tiifname \"eth0\"'"})
    void aBaseThatReadsOtherwiseIsRefused(String given, String listed) {
        kernel.tamper(listing -> listing.replace(given, listed));
        assertThatThrownBy(firewall::start)
                .isInstanceOfSatisfying(
                        RpcException.class,
                        failure ->
                                assertThat(failure.detail()).isEqualTo(EgressReason.EGRESS_READ_BACK_DIFFERS.name()));
        assertThat(kernel.hasTable("nullbox_closed")).isTrue();
    }

    @Test
    void aBaseThatIsNotTakenIsRefused() {
        kernel.failAt(1);
        assertThatThrownBy(firewall::start).isInstanceOfSatisfying(RpcException.class, failure -> {
            assertThat(failure.detail()).isEqualTo(EgressReason.EGRESS_APPLY_FAILED.name());
            assertThat(failure).hasMessageEndingWith("refused: Error: no");
        });
    }
}
