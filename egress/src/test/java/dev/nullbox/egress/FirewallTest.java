package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.protocol.id.AgentName;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FirewallTest {
    private static final Slot SLOT = new Slot(1);

    private final FakeNftables kernel = new FakeNftables();
    private final Firewall firewall = new Firewall(kernel);

    @BeforeEach
    void defaultDrop() throws EgressException {
        firewall.installBase();
    }

    private static RuleSet rules(Slot slot) throws EgressException {
        return RuleSet.compile(AgentPolicy.of(
                new AgentName("hello"), slot, AgentPolicy.Ports.memoryAt(7300), List.of("192.0.2.7:443")));
    }

    private void applyFails(EgressCode code) {
        assertThatThrownBy(() -> firewall.apply(rules(SLOT)))
                .isInstanceOfSatisfying(
                        EgressException.class,
                        failure -> assertThat(failure.code()).isEqualTo(code));
        kernel.tamper(listing -> listing);
        assertThat(kernel.knows(SLOT)).isFalse();
    }

    @Test
    void whatIsAppliedIsInForceUntilItIsRemoved() throws EgressException {
        firewall.apply(rules(SLOT));
        assertThat(firewall.installed())
                .singleElement()
                .satisfies(installed -> assertThat(installed.agent().value()).isEqualTo("hello"));
        assertThat(firewall.remove(new AgentName("other"))).isFalse();
        assertThat(firewall.remove(new AgentName("hello"))).isTrue();
        assertThat(kernel.knows(SLOT)).isFalse();
    }

    @Test
    void anAgentThatMovesLeavesItsOldPlace() throws EgressException {
        firewall.apply(rules(new Slot(2)));
        firewall.apply(rules(SLOT));
        assertThat(kernel.knows(new Slot(2))).isFalse();
        assertThat(kernel.knows(SLOT)).isTrue();
    }

    /** Rules that were in force before do not outlive a failure: nobody could say which of them still are. */
    @Test
    void whicheverCommandFailsTheAgentHasNoRules() throws EgressException {
        kernel.failAt(0);
        firewall.apply(rules(SLOT));
        int commands = kernel.runs();
        assertThat(commands).isGreaterThan(8);
        for (int n = 1; n <= commands; n++) {
            kernel.failAt(0);
            firewall.apply(rules(SLOT));
            kernel.failAt(n);
            applyFails(EgressCode.EGRESS_APPLY_FAILED);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "tcp dport 443 accept, tcp dport 444 accept",
        "'drop comment \"hello: all that', 'accept comment \"hello: all that'",
        "ct direction reply accept, accept",
        "'ip daddr 192.0.2.7 ', ''",
        "'map \"nb1\"', map ",
        "'map \"nb1\"', 'map \"eth0\"'",
    })
    void whatReadsOtherwiseIsTakenBack(String given, String listed) {
        kernel.tamper(listing -> listing.replace(given, listed));
        applyFails(EgressCode.EGRESS_READ_BACK_DIFFERS);
    }

    @ParameterizedTest
    @CsvSource({"policy drop, policy accept", "'\t\tiifname \"lo\"', '\t\tiifname \"eth0\"'"})
    void aBaseThatReadsOtherwiseIsRefused(String given, String listed) {
        kernel.tamper(listing -> listing.replace(given, listed));
        assertThatThrownBy(firewall::installBase)
                .isInstanceOfSatisfying(
                        EgressException.class,
                        failure -> assertThat(failure.code()).isEqualTo(EgressCode.EGRESS_READ_BACK_DIFFERS));
    }

    @Test
    void aBaseThatIsNotTakenIsRefused() {
        kernel.failAt(1);
        assertThatThrownBy(firewall::installBase).isInstanceOfSatisfying(EgressException.class, failure -> {
            assertThat(failure.code()).isEqualTo(EgressCode.EGRESS_APPLY_FAILED);
            assertThat(failure).hasMessageEndingWith("refused: Error: no");
        });
    }
}
