package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Changes of egress' table by another process, in a real kernel: within a second it is as before, and what egress allowed
 * goes on.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class TableIT {
    /** A second, and what starting nft to look takes on a busy machine. */
    private static final Duration SOON = Duration.ofMillis(1_900);

    private static final String CLOSED = "nullbox_closed";

    private Path run;
    private Rig rig;
    private Rig.Running egress;

    @BeforeAll
    void setUp(@TempDir Path directory) throws Exception {
        run = directory;
        rig = new Rig();
        rig.run("world", "listen 443");
        rig.run("world", "listen 444");
        rig.run("host", "listen 7300");
        start();
    }

    @AfterAll
    void tearDown() throws Exception {
        rig.close();
    }

    private void start() throws Exception {
        Map<String, String> environment =
                Map.of("NULLBOX_RUN", run.toString(), "NULLBOX_STATE", run.toString(), "NULLBOX_READY_FD", "1");
        egress = rig.java("host", environment, EgressMain.class.getName());
        egress.lineWith("egress.default_drop");
        egress.lineWith("ready");
    }

    @BeforeEach
    void anAgentHasAFlowAndAGrant() throws Exception {
        add();
        JsonObject grant = new JsonObject();
        grant.addProperty("agent", "hello");
        grant.addProperty("target", "192.0.2.7:444");
        grant.addProperty("for_seconds", 600);
        call("egress.allow", grant);
        assertThat(rig.run("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
    }

    private void add() throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", "hello");
        params.addProperty("interface", "nb1");
        params.addProperty("address", "10.221.1.2");
        params.addProperty("gateway", "10.221.1.1");
        params.addProperty("memory_port", 7300);
        JsonArray allow = new JsonArray();
        allow.add("192.0.2.7:443");
        allow.add("api.example");
        params.add("allow", allow);
        call("egress.add", params);
    }

    private JsonElement call(String method, JsonObject params) throws RpcException {
        return RpcClient.call(run.resolve("egress.sock"), method, params, Duration.ofSeconds(20));
    }

    /** The table without what packets and time change. */
    private Map<String, TableListing.Entry> table() throws Exception {
        String listing = rig.in("host", "nft", "list", "table", "inet", "nullbox");
        Map<String, TableListing.Entry> table = new HashMap<>();
        TableListing.parse(listing).entries().forEach((key, entry) -> {
            boolean isPackets = key.endsWith(BaseTable.REFUSING) || key.endsWith("_refused");
            List<String> elements = entry.elements().stream()
                    .map(TableRepair::value)
                    .filter(_ -> !isPackets)
                    .toList();
            table.put(key, new TableListing.Entry(TableRepair.plain(entry.lines()), elements));
        });
        return table;
    }

    private void nft(String commands) throws Exception {
        for (String command : List.of(commands.split("; ;"))) {
            rig.in("host", "nft", command.strip());
        }
    }

    /** Waits until the table is as before, in time. */
    private void isSoonAsBefore(Map<String, TableListing.Entry> before) throws Exception {
        long end = System.nanoTime() + SOON.toNanos();
        Map<String, TableListing.Entry> now = tableOrNone();
        while (!now.equals(before) && System.nanoTime() < end) {
            now = tableOrNone();
        }
        assertThat(now).isEqualTo(before);
    }

    private Map<String, TableListing.Entry> tableOrNone() throws Exception {
        return rig.in("host", "nft", "list", "tables").contains("inet nullbox\n") ? table() : Map.of();
    }

    private void isOpenForWhatIsAllowedAlone() throws Exception {
        long before = rig.arrived("other");
        assertThat(rig.run("agent1", "connect 192.0.2.8 443 -")).startsWith("failed");
        assertThat(rig.run("agent1", "connect 192.0.2.7 445 -")).startsWith("failed");
        assertThat(rig.run("agent2", "connect 192.0.2.8 443 -")).startsWith("failed");
        assertThat(rig.arrived("other")).isEqualTo(before);
        assertThat(rig.run("agent1", "connect 192.0.2.7 443 slow")).isEqualTo("ok");
        assertThat(rig.run("agent1", "connect 10.221.1.1 7300 slow")).isEqualTo("ok");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "flush chain inet nullbox nb1_to_world | chain nb1_to_world lacks: | true",
                "insert rule inet nullbox forward accept | chain forward has: accept | true",
                "add chain inet nullbox forward { policy accept; } | chain forward has: type filter hook forward | true",
                "insert rule inet nullbox nb1_to_world accept | chain nb1_to_world has: accept | true",
                "delete element inet nullbox to_world { \"nb1\" } | map to_world lacks the element | true",
                "add element inet nullbox nb1_ports { 192.0.2.8 . tcp . 443 timeout 1h } | set nb1_ports has the element"
                        + " 192.0.2.8 . tcp . 443 | true",
                "add element inet nullbox resolvers { 192.0.2.8 . 53 } | set resolvers has the element | true",
                "add table inet nullbox { flags dormant; } | the table has: flags dormant | true",
                "add chain inet nullbox side { type nat hook prerouting priority -150; policy accept; }; ;"
                        + "add rule inet nullbox side iifname \"nb1\" dnat ip to 192.0.2.8 | chain side is not of egress | true",
                "add counter inet nullbox side | counter side is not of egress | true",
                "flush chain inet nullbox output; ;delete set inet nullbox resolvers | set resolvers is missing | true",
                "flush chain inet nullbox nb1_to_world; flush chain inet nullbox nb1_from_world; "
                        + "flush chain inet nullbox nb1_to_gate; "
                        + "delete set inet nullbox nb1_granted | set nb1_granted is missing | false",
                "delete table inet nullbox | chain forward is missing | false",
            })
    void theTableIsAsBeforeWithinASecond(String change, String difference, boolean isGrantKept) throws Exception {
        Map<String, TableListing.Entry> before = table();
        nft(change);
        if (!isGrantKept) {
            before.computeIfPresent("set nb1_granted", (_, set) -> new TableListing.Entry(set.lines(), List.of()));
        }
        isSoonAsBefore(before);
        assertThat(egress.lineWith("egress.table_repaired")).contains(difference.replace("\"", "\\\""));
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
        assertThat(rig.run("agent1", "connect 192.0.2.7 444 -")).startsWith(isGrantKept ? "ok" : "failed");
        isOpenForWhatIsAllowedAlone();
        assertThat(rig.in("host", "nft", "list", "tables")).doesNotContain(CLOSED);
    }

    @Test
    void countersOutliveARepair() throws Exception {
        assertThat(rig.run("agent1", "connect 192.0.2.7 443 slow")).isEqualTo("ok");
        nft("insert rule inet nullbox nb1_to_world accept");
        egress.lineWith("egress.table_repaired");
        assertThat(rig.in("host", "nft", "list", "chain", "inet", "nullbox", "nb1_to_world"))
                .containsPattern("dport 443 counter packets [1-9]");
    }

    /** A change that meets a call of cage is mended before the call is done. */
    @Test
    void anAgentIsAddedToATableThatWasChanged() throws Exception {
        nft("flush chain inet nullbox forward; ;delete map inet nullbox from_world");
        add();
        isOpenForWhatIsAllowedAlone();
        egress.lineWith("egress.table_repaired");
    }

    /** A table with an owner can be changed by that process alone, and is gone with it. */
    @Test
    void aTableThatIsTakenAwayLeavesNothingOpen() throws Exception {
        Process owner = rig.start("host", "nft", "-i");
        try (var in = owner.outputWriter()) {
            in.write("delete table inet nullbox\nadd table inet nullbox { flags owner; }\n");
            in.flush();
            assertThat(egress.lineWith("egress.repair_failed")).contains("\"cut_off\":true");
            long before = rig.arrived("tcp443");
            String atMemory = rig.run("host", "accepted 7300");
            assertThat(rig.run("agent1", "connect 192.0.2.7 443 -")).startsWith("failed");
            assertThat(rig.run("agent1", "echo 700")).startsWith("failed");
            assertThat(rig.run("agent1", "connect 10.221.1.1 7300 -")).startsWith("failed");
            assertThat(rig.run("agent2", "connect 192.0.2.7 443 -")).startsWith("failed");
            assertThat(rig.arrived("tcp443")).isEqualTo(before);
            assertThat(rig.run("host", "accepted 7300")).isEqualTo(atMemory);
            assertThatThrownBy(this::add)
                    .isInstanceOfSatisfying(
                            RpcException.class,
                            failure -> assertThat(failure.detail()).isEqualTo("EGRESS_APPLY_FAILED"));
        }
        owner.destroyForcibly();
        assertThat(owner.waitFor(10, TimeUnit.SECONDS)).isTrue();
        egress.lineWith("egress.table_repaired");
        add();
        isOpenForWhatIsAllowedAlone();
        assertThat(rig.in("host", "nft", "list", "tables")).doesNotContain(CLOSED);
    }

    @Test
    void whatChangedWhileEgressWasAwayIsMendedAtItsStart() throws Exception {
        Map<String, TableListing.Entry> before = table();
        egress.process().destroyForcibly();
        assertThat(egress.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        nft("insert rule inet nullbox nb1_to_world accept");
        start();
        assertThat(table()).isEqualTo(before);
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
        isOpenForWhatIsAllowedAlone();
    }
}
