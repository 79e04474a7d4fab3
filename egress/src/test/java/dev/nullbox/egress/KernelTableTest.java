package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Changes of the table by others, which a fake kernel makes; {@link TableIT} has the real one. */
class KernelTableTest {
    private static final AgentSlot SLOT = new AgentSlot(AgentNetwork.DEFAULT, 1);
    private static final NamedPort NAMED = new NamedPort("192.0.2.9", Transport.TCP, 443);
    private static final String CLOSED = "nullbox_closed";

    private final FakeNftables kernel = new FakeNftables();
    private final List<String> told = new ArrayList<>();

    @TempDir
    private Path directory;

    private Firewall firewall;

    /** @param told takes what a listener is told, in words */
    static Firewall firewall(FakeNftables kernel, Path directory, List<String> told) throws IOException {
        KernelTable.Listener listener = new KernelTable.Listener() {
            @Override
            public void repaired(List<String> differences) {
                told.addAll(differences);
            }

            @Override
            public void failed(List<String> differences, String why, boolean isClosed) {
                told.add((isClosed ? "closed: " : "open: ") + why);
            }
        };
        RulesStore rules = RulesStore.open(directory, AgentNetwork.DEFAULT);
        return new Firewall(
                new KernelTable(kernel, kernel, AgentNetwork.DEFAULT, 107, rules, listener), AgentNetwork.DEFAULT);
    }

    @BeforeEach
    void anAgentHasRules() throws Exception {
        firewall = firewall(kernel, directory, told);
        firewall.start();
        firewall.apply(rules());
        firewall.admit(SLOT, List.of(NAMED), Duration.ofSeconds(90), () -> true);
        assertThat(told).isEmpty();
    }

    private static RuleSet rules() throws RpcException {
        return RuleSet.compile(AgentPolicy.of(
                new AgentName("hello"),
                SLOT,
                new AgentPolicy.Ports(7300, Optional.empty()),
                List.of("192.0.2.7:443", "api.example")));
    }

    private Map<String, TableListing.Entry> table() {
        assertThat(kernel.runCmdFromBuffer("list table inet nullbox\n")).isZero();
        return TableListing.parse(kernel.outputBuffer()).entries();
    }

    @Test
    void anUntouchedTableIsNotRead() throws Exception {
        kernel.failAt(0);
        firewall.settle();
        assertThat(kernel.runs()).isZero();
        firewall.admit(SLOT, List.of(NAMED), Duration.ofSeconds(60), () -> true);
        firewall.withdrawGrants(SLOT, Map.of());
        firewall.settle();
        assertThat(kernel.runs()).isEqualTo(2);
        assertThat(told).isEmpty();
    }

    /** An agent whose set is full can have transactions refused at will. */
    @Test
    void aRefusedTransactionIsNoReasonToReadTheTable() throws Exception {
        kernel.failAt(1);
        assertThatThrownBy(() -> firewall.admit(SLOT, List.of(NAMED), Duration.ofSeconds(60), () -> true))
                .isInstanceOf(RpcException.class);
        firewall.settle();
        assertThat(kernel.runs()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flush chain inet nullbox forward | chain forward lacks: ct state invalid drop",
                "add rule inet nullbox forward accept | chain forward has: accept",
                "add rule inet nullbox nb1_to_world accept | chain nb1_to_world has: accept",
                "flush chain inet nullbox nb1_from_world | chain nb1_from_world lacks: ",
                "delete element inet nullbox to_host { \"nb1\" } | map to_host lacks the element \"nb1\"",
                "add element inet nullbox to_host { \"eth7\" : accept } | map to_host has the element \"eth7\" : accept",
                "add element inet nullbox nb1_ports { 192.0.2.8 . tcp . 22 } | set nb1_ports has the element 192.0.2.8",
                "add element inet nullbox resolvers { 192.0.2.8 . 53 } | set resolvers has the element 192.0.2.8 . 53",
                "add chain inet nullbox side { type filter hook input priority 5; } | chain side is not of egress",
                "add set inet nullbox side { type ipv4_addr; } | set side is not of egress",
                "delete set inet nullbox nb1_ports | set nb1_ports is missing",
                "delete chain inet nullbox nb1_to_world | chain nb1_to_world is missing",
                "delete map inet nullbox from_world | map from_world is missing",
                "delete set inet nullbox resolvers | set resolvers is missing",
                "delete table inet nullbox | chain forward is missing",
            })
    void whateverOthersChangeIsAsBeforeAndIsTold(String change, String difference) throws Exception {
        Map<String, TableListing.Entry> before = table();
        kernel.byOthers(change);
        firewall.settle();
        assertThat(told).anySatisfy(text -> assertThat(text).startsWith(difference));
        boolean wasSetLost =
                change.startsWith("delete set inet nullbox nb1_ports") || change.startsWith("delete table");
        assertThat(table()).isEqualTo(wasSetLost ? withoutNames(before, change.startsWith("delete table")) : before);
        assertThat(kernel.hasTable(CLOSED)).isFalse();
        told.clear();
        firewall.settle();
        assertThat(told).isEmpty();
    }

    private static Map<String, TableListing.Entry> withoutNames(
            Map<String, TableListing.Entry> table, boolean isAllLost) {
        Map<String, TableListing.Entry> less = new HashMap<>(table);
        for (String key : isAllLost ? List.of("set nb1_ports", "set nb1_addresses") : List.of("set nb1_ports")) {
            less.computeIfPresent(key, (_, set) -> new TableListing.Entry(set.lines(), List.of()));
        }
        return less;
    }

    @Test
    void aChangeElsewhereIsNoDifference() throws Exception {
        kernel.byOthers("add table inet other");
        firewall.settle();
        assertThat(told).isEmpty();
        kernel.failAt(0);
        firewall.settle();
        assertThat(kernel.runs()).isZero();
    }

    @Test
    void aTableThatStaysDifferentClosesTheNetworkUntilItIsMended() throws Exception {
        kernel.tamper(listing -> listing.replace("policy drop", "policy accept"));
        kernel.byOthers("add table inet other");
        assertThatThrownBy(firewall::settle).hasMessageContaining("policy accept");
        assertThat(kernel.hasTable(CLOSED)).isTrue();
        assertThat(told).singleElement().asString().startsWith("closed: ");
        assertThatThrownBy(() -> firewall.apply(rules())).isInstanceOf(RpcException.class);
        assertThatThrownBy(() -> firewall.admit(SLOT, List.of(NAMED), Duration.ofSeconds(60), () -> true))
                .isInstanceOf(RpcException.class);
        kernel.tamper(listing -> listing);
        firewall.settle();
        assertThat(kernel.hasTable(CLOSED)).isFalse();
        firewall.apply(rules());
        assertThat(kernel.knows(SLOT)).isTrue();
    }

    @Test
    void rulesThatChangedWhileEgressWasAwayAreThoseOfTheStore() throws Exception {
        Map<String, TableListing.Entry> before = table();
        kernel.byOthers("add rule inet nullbox nb1_to_world accept && delete element inet nullbox to_host { \"nb1\" }");
        Firewall next = firewall(kernel, directory, told);
        next.start();
        assertThat(told).hasSize(2);
        assertThat(table()).isEqualTo(before);
        assertThat(next.remove(new AgentName("hello"), Optional.empty())).isTrue();
        assertThat(kernel.knows(SLOT)).isFalse();
        assertThat(directory).isEmptyDirectory();
    }

    /** A crash between the kernel and the store. */
    @Test
    void rulesWithoutAFileAreTakenFromTheKernel() throws Exception {
        Map<String, TableListing.Entry> before = table();
        Files.delete(directory.resolve("nb1"));
        Firewall next = firewall(kernel, directory, told);
        next.start();
        assertThat(told).isEmpty();
        kernel.byOthers("flush chain inet nullbox nb1_to_world");
        next.settle();
        assertThat(table()).isEqualTo(before);
    }

    @Test
    void aDamagedStoreClosesTheNetwork() throws Exception {
        Files.writeString(directory.resolve("nb1"), "hello\nnowhere accept");
        assertThatThrownBy(firewall(kernel, directory, told)::start).hasMessageContaining("not a rule");
        assertThat(kernel.hasTable(CLOSED)).isTrue();
    }

    @Test
    void whatCannotBeRemovedIsRemovedLater() throws Exception {
        kernel.failAt(1);
        assertThatThrownBy(() -> firewall.remove(new AgentName("hello"), Optional.empty()))
                .isInstanceOf(RpcException.class);
        assertThat(kernel.knows(SLOT)).isTrue();
        firewall.settle();
        assertThat(kernel.knows(SLOT)).isFalse();
    }
}
