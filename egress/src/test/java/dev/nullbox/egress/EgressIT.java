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
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Egress against a real kernel. Each probe that egress must stop has its twin: before egress runs, the same probe
 * arrives ({@link #setUp}), so that a dead network cannot pass for a closed one.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EgressIT {
    private static final String[][] DENIED = {
        {"connect 192.0.2.7 444 -", "tcp444"},
        {"connect 192.0.2.8 443 -", "other"},
        {"udp 192.0.2.7 53", "udp53"},
        {"udp 192.0.2.8 53", "udp53"},
        {"connect 192.0.2.7 53 -", "tcp53"},
        {"connect 192.0.2.7 853 -", "tcp853"},
        {"ping 192.0.2.8", "pings"},
        {"connect 192.0.2.7 443 10.221.1.77", "tcp443"},
        {"connect fd00:2::7 443 -", "sixes"},
    };

    private Path run;
    private Rig rig;
    private Rig.Running egress;

    @BeforeAll
    void setUp(@TempDir Path directory) throws Exception {
        run = directory;
        rig = new Rig();
        for (int port : new int[] {443, 444}) {
            rig.run("world", "listen " + port);
        }
        for (int port : new int[] {7300, 7301, 7443}) {
            rig.run("host", "listen " + port);
        }
        rig.run("agent2", "listen 9000");
        rig.run("agent1", "listen 8080");
        rig.run("agent1", "listen 8081");
        for (String[] probe : DENIED) {
            long before = rig.arrived(probe[1]);
            rig.run("agent1", probe[0]);
            assertThat(rig.arrived(probe[1])).as("without egress: %s", probe[0]).isGreaterThan(before);
        }
        for (String from : List.of("agent1", "world")) {
            long before = rig.arrived("host", "udp53");
            rig.run(from, "udp " + (from.equals("world") ? "192.0.2.1" : "10.221.1.1") + " 53");
            assertThat(rig.arrived("host", "udp53"))
                    .as("without egress: DNS to the host")
                    .isGreaterThan(before);
        }
        assertThat(rig.run("host", "connect 10.221.1.2 8080 slow")).isEqualTo("ok");
        assertThat(rig.run("host", "connect 10.221.1.2 8081 slow")).isEqualTo("ok");
        assertThat(rig.run("agent1", "connect 10.221.1.1 7443 :8082")).isEqualTo("ok");
        assertThat(rig.run("agent1", "connect 10.221.2.2 9000 slow")).isEqualTo("ok");
        assertThat(rig.run("agent1", "connect 10.221.1.1 7301 slow")).isEqualTo("ok");
        assertThat(rig.run("agent1", "connect 192.0.2.1 7443 slow")).isEqualTo("ok");
        assertThat(rig.run("world", "connect 192.0.2.1 7301 slow")).isEqualTo("ok");
        start();
    }

    @AfterAll
    void tearDown() throws Exception {
        rig.close();
    }

    @BeforeEach
    void allowOneTarget() throws Exception {
        call("egress.add", agent("192.0.2.7:443"));
    }

    private void start() throws Exception {
        Map<String, String> environment =
                Map.of("NULLBOX_RUN", run.toString(), "NULLBOX_STATE", run.toString(), "NULLBOX_READY_FD", "1");
        egress = rig.java("host", environment, EgressMain.class.getName());
        assertThat(egress.lineWith("egress.default_drop")).isEqualTo("{\"event\":\"egress.default_drop\"}");
        assertThat(egress.out().readLine()).isEqualTo("ready");
    }

    private static JsonObject agent(String... allow) {
        return agent("hello", 1, allow);
    }

    private static JsonObject agent(String name, int slot, String... allow) {
        JsonObject params = new JsonObject();
        params.addProperty("agent", name);
        params.addProperty("interface", "nb" + slot);
        params.addProperty("address", "10.221." + slot + ".2");
        params.addProperty("gateway", "10.221." + slot + ".1");
        JsonArray targets = new JsonArray();
        for (String target : allow) {
            targets.add(target);
        }
        params.add("allow", targets);
        params.addProperty("memory_port", 7300);
        return params;
    }

    private JsonElement call(String method, JsonObject params) throws RpcException {
        return RpcClient.call(run.resolve("egress.sock"), method, params, Duration.ofSeconds(20));
    }

    private void remove() throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", "hello");
        call("egress.remove", params);
    }

    private void assertAllowedArrives() throws Exception {
        long before = rig.arrived("tcp443");
        assertThat(rig.run("agent1", "connect 192.0.2.7 443 slow")).isEqualTo("ok");
        assertThat(rig.arrived("tcp443")).isGreaterThan(before);
    }

    private void assertDenied() throws Exception {
        for (String[] probe : DENIED) {
            long before = rig.arrived(probe[1]);
            rig.run("agent1", probe[0]);
            assertThat(rig.arrived(probe[1])).as(probe[0]).isEqualTo(before);
        }
    }

    @Test
    void whatIsAllowedArrivesAndNothingElse() throws Exception {
        assertAllowedArrives();
        assertDenied();
        assertAllowedArrives();
    }

    @Test
    void anAgentsRunsHaveRulesOfTheirOwn() throws Exception {
        String probe = "connect 192.0.2.7 443 ";
        call("egress.add", agent("hello", 2, "192.0.2.7:443"));
        assertAllowedArrives();
        assertThat(rig.run("agent2", probe + "slow")).isEqualTo("ok");
        JsonObject second = new JsonObject();
        second.addProperty("agent", "hello");
        second.addProperty("interface", "nb2");
        call("egress.remove", second);
        assertThat(rig.run("agent2", probe + "-")).startsWith("failed");
        assertAllowedArrives();
        call("egress.add", agent("hello", 2, "192.0.2.7:443"));
        remove();
        assertThat(rig.run("agent2", probe + "-")).startsWith("failed");
        assertThat(rig.run("agent1", probe + "-")).startsWith("failed");
    }

    @ParameterizedTest
    @CsvSource({
        "agent1, connect 10.221.2.2 9000 -, agent2, 9000",
        "agent1, connect 10.221.1.1 7301 -, host, 7301",
        "agent1, connect 192.0.2.1 7300 -, host, 7300",
        "agent1, connect 192.0.2.1 7443 -, host, 7443",
        "agent2, connect 10.221.2.1 7300 -, host, 7300",
        "agent2, connect 192.0.2.7 443 -, world, 443",
        "world, connect 192.0.2.1 7301 -, host, 7301",
        "world, connect 192.0.2.1 7300 -, host, 7300",
        "world, connect 10.221.2.2 9000 -, agent2, 9000",
        "host, connect 10.221.2.2 9000 -, agent2, 9000",
        "host, connect 192.0.2.7 443 -, world, 443",
        "host, connect 10.221.1.2 8080 -, agent1, 8080",
        "world, connect 10.221.1.2 8080 -, agent1, 8080",
    })
    void neighboursAndHostServicesAreOutOfReach(String from, String probe, String at, int port) throws Exception {
        String before = rig.run(at, "accepted " + port);
        rig.run(from, probe);
        assertThat(rig.run(at, "accepted " + port)).isEqualTo(before);
        assertAllowedArrives();
    }

    @Test
    void aPortOfUdpIsReachedWhereTheListSaysUdp() throws Exception {
        call("egress.add", agent("192.0.2.7:53"));
        long before = rig.arrived("udp53");
        assertThat(rig.run("agent1", "udp 192.0.2.7 53")).isIn("ok", "failed Operation not permitted");
        assertThat(rig.arrived("udp53")).isEqualTo(before);
        call("egress.add", agent("192.0.2.7:53/udp"));
        assertThat(rig.run("agent1", "udp 192.0.2.7 53")).isEqualTo("ok");
        assertThat(rig.arrived("udp53")).isEqualTo(before + 1);
        assertThat(rig.run("agent1", "connect 192.0.2.7 443 -")).startsWith("failed");
    }

    @Test
    void aRangeIsReachedAtItsAddressesAndPortsAlone() throws Exception {
        call("egress.add", agent("192.0.2.0/29:440-443"));
        assertThat(rig.run("agent1", "connect 192.0.2.7 443 slow")).isEqualTo("ok");
        assertThat(rig.run("agent1", "ping 192.0.2.7")).isEqualTo("true");
        long before = rig.arrived("tcp444");
        assertThat(rig.run("agent1", "connect 192.0.2.7 444 -")).startsWith("failed");
        assertThat(rig.arrived("tcp444")).isEqualTo(before);
        long beside = rig.arrived("other");
        assertThat(rig.run("agent1", "connect 192.0.2.8 443 -")).startsWith("failed");
        assertThat(rig.arrived("other")).isEqualTo(beside);
    }

    private String event(String name, String agent) throws Exception {
        return egress.lineWith("\"event\":\"" + name + "\"", "\"agent\":\"" + agent + "\"");
    }

    /** Rows 3 and 4 of the ways round: nothing of them arrives, and the operator is told of each with what would allow it. */
    @ParameterizedTest
    @CsvSource({
        "connect 192.0.2.7 853 -, tcp853, 192.0.2.7, 853, tcp, 192.0.2.7:853",
        "udp 192.0.2.7 853, udp853, 192.0.2.7, 853, udp, 192.0.2.7:853/udp",
        "udp 192.0.2.7 443, udp443, 192.0.2.7, 443, udp, 192.0.2.7:443/udp",
        "udp 192.0.2.9 137, udp137, 192.0.2.9, 137, udp, 192.0.2.9:137/udp",
    })
    void aDeniedConnectionIsToldTheOperator(
            String probe, String counter, String address, int port, String protocol, String entry) throws Exception {
        call("egress.add", agent("other" + port + protocol, 1, "192.0.2.7:443"));
        long before = rig.arrived(counter);
        rig.run("agent1", probe);
        assertThat(rig.arrived(counter)).isEqualTo(before);
        assertThat(event("egress.denied", "other" + port + protocol))
                .contains("\"address\":\"" + address + "\"", "\"port\":" + port, "\"protocol\":\"" + protocol + "\"")
                .contains("allow = [\\\"" + entry + "\\\"]");
        assertAllowedArrives();
        JsonObject named = new JsonObject();
        named.addProperty("agent", "other" + port + protocol);
        assertThat(call("egress.refusals", named).toString()).contains("\"" + entry + "\"");
        assertThat(call("egress.list", new JsonObject()).toString())
                .containsPattern("\"allow_entry\":\"192.0.2.7:443\",\"kind\":\"address\",\"packets\":[1-9]")
                .containsPattern("all that AGENT.toml does not allow\",\"packets\":[1-9]");
        call("egress.remove", named);
    }

    /** Row 4: multicast is forwarded nowhere, whatever the agent's table says. */
    @ParameterizedTest
    @CsvSource({"udp 224.0.0.251 5353, udp5353", "udp 224.0.0.252 5355, udp5355"})
    void multicastStaysWithTheAgent(String probe, String counter) throws Exception {
        long before = rig.arrived(counter);
        rig.run("agent1", probe);
        assertThat(rig.arrived(counter)).isEqualTo(before);
        assertAllowedArrives();
    }

    /** Row 15: no IPv6 goes anywhere, to the host's own addresses either. */
    @ParameterizedTest
    @CsvSource({
        "connect fd00:2::7 443 -",
        "connect fd00:1::1 7300 -",
        "udp fd00:2::7 53",
        "connect 2002:c000:207::1 443 -"
    })
    void sixGoesNowhere(String probe) throws Exception {
        long before = rig.arrived("sixes");
        String accepted = rig.run("host", "accepted 7300");
        rig.run("agent1", probe);
        assertThat(rig.arrived("sixes")).isEqualTo(before);
        assertThat(rig.run("host", "accepted 7300")).isEqualTo(accepted);
        assertAllowedArrives();
    }

    @Test
    void anAgentReachesItsMemoryAndTheOperatorTheGateway() throws Exception {
        assertThat(rig.run("agent1", "connect 10.221.1.1 7300 slow")).isEqualTo("ok");
        assertThat(rig.run("world", "connect 192.0.2.1 7443 slow")).isEqualTo("ok");
    }

    @Test
    void removalKillsTheFlowInBothDirections() throws Exception {
        assertThat(rig.run("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
        remove();
        long before = rig.arrived("tcp443");
        assertThat(rig.run("world", "push")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 700")).startsWith("failed");
        assertThat(rig.arrived("tcp443")).isEqualTo(before);
        call("egress.add", agent("192.0.2.7:443"));
        assertThat(rig.run("agent1", "read 20000")).isIn("p", "x");
    }

    @Test
    void aNarrowerPolicyKillsTheFlowItNoLongerAllows() throws Exception {
        assertThat(rig.run("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
        call("egress.add", agent("192.0.2.7:444"));
        long before = rig.arrived("tcp443");
        assertThat(rig.run("agent1", "echo 700")).startsWith("failed");
        assertThat(rig.arrived("tcp443")).isEqualTo(before);
        assertThat(rig.run("agent1", "connect 192.0.2.7 444 slow")).isEqualTo("ok");
    }

    @Test
    void aRefusedPolicyChangesNothing() throws Exception {
        assertThatThrownBy(() -> call("egress.add", agent("192.0.2.7:444", "10.221.2.2:443")))
                .isInstanceOfSatisfying(RpcException.class, refusal -> {
                    assertThat(refusal.detail()).isEqualTo("EGRESS_ADDRESS_RESERVED");
                    assertThat(refusal.field()).contains("network.allow[1]");
                });
        assertAllowedArrives();
        assertDenied();
    }

    @Test
    void killedEgressLeavesItsRulesAndComesBackToThem() throws Exception {
        egress.process().destroyForcibly();
        assertThat(egress.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertAllowedArrives();
        assertDenied();
        start();
        assertThat(call("egress.list", new JsonObject()).toString()).contains("\"agent\":\"hello\"");
        assertAllowedArrives();
        assertDenied();
        remove();
        long before = rig.arrived("tcp443");
        rig.run("agent1", "connect 192.0.2.7 443 -");
        assertThat(rig.arrived("tcp443")).isEqualTo(before);
    }

    @Test
    void foreignRulesDoNotOutliveAnInstallation() throws Exception {
        rig.in("host", "nft", "add", "rule", "inet", "nullbox", "forward", "accept");
        rig.in("host", "nft", "add", "rule", "inet", "nullbox", "nb1_to_world", "accept");
        egress.process().destroyForcibly();
        assertThat(egress.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        start();
        call("egress.add", agent("192.0.2.7:443"));
        assertAllowedArrives();
        assertDenied();
    }

    /** DHCP is the one use of UDP that is let through: it shows that the wire carries UDP while DNS does not arrive. */
    @Test
    void dnsOverUdpArrivesNowhereWhileDhcpDoes() throws Exception {
        long dns = rig.arrived("udp53");
        long dnsAtHost = rig.arrived("host", "udp53");
        long dhcp = rig.arrived("udp67");
        long dhcpAtHost = rig.arrived("host", "udp68");
        for (String probe : List.of("udp 192.0.2.7 53", "udp 192.0.2.8 53", "udp 10.221.2.1 53", "udp 192.0.2.1 53")) {
            assertThat(rig.run("agent1", probe)).isIn("ok", "failed Operation not permitted");
        }
        rig.run("agent1", "udp 192.0.2.7 67 68");
        rig.run("host", "udp 192.0.2.7 53");
        rig.run("world", "udp 192.0.2.1 53");
        assertThat(rig.arrived("udp67")).isEqualTo(dhcp);
        assertThat(rig.run("host", "udp 192.0.2.7 67 68")).isEqualTo("ok");
        assertThat(rig.run("world", "udp 192.0.2.1 68 67")).isEqualTo("ok");
        assertThat(rig.arrived("udp67")).isEqualTo(dhcp + 1);
        assertThat(rig.arrived("host", "udp68")).isEqualTo(dhcpAtHost + 1);
        assertThat(rig.arrived("udp53")).isEqualTo(dns);
        assertThat(rig.arrived("host", "udp53")).isEqualTo(dnsAtHost);
    }

    @Test
    void oneAgentsConnectionsAreBoundedAndAnothersAreNot() throws Exception {
        call("egress.add", agent("other", 2, "192.0.2.7:443"));
        try {
            assertThat(rig.run("agent1", "burst 192.0.2.7 443 300")).isEqualTo("256");
            assertThat(rig.run("agent2", "connect 192.0.2.7 443 slow")).isEqualTo("ok");
            assertThat(rig.run("agent1", "connect 192.0.2.7 443 -")).startsWith("failed");
            assertThat(rig.run("agent1", "connect 10.221.1.1 7300 slow")).isEqualTo("ok");
            rig.run("agent1", "disperse");
            assertAllowedArrives();
            assertThat(rig.run("agent1", "burst 10.221.1.1 7300 100")).isEqualTo("64");
        } finally {
            rig.run("agent1", "disperse");
            JsonObject other = new JsonObject();
            other.addProperty("agent", "other");
            call("egress.remove", other);
        }
    }

    /** Its health is asked by its guest's own init. */
    @Test
    void theHostConnectsToNoPortOfTheAgent() throws Exception {
        call("egress.add", agent("192.0.2.7:443"));
        String before = rig.run("agent1", "accepted 8081");
        rig.run("host", "connect 10.221.1.2 8081 -");
        rig.run("world", "connect 10.221.1.2 8081 -");
        assertThat(rig.run("agent1", "accepted 8081")).isEqualTo(before);
        assertAllowedArrives();
    }

    @Test
    void echoRequestsPassToAllowedAddressesByRate() throws Exception {
        call("egress.add", agent("192.0.2.7:443"));
        assertThat(rig.run("agent1", "ping 192.0.2.7")).isEqualTo("true");
        long before = rig.arrived("pings");
        for (int i = 0; i < 60; i++) {
            rig.run("agent1", "ping 192.0.2.7");
        }
        assertThat(rig.arrived("pings") - before).isBetween(1L, 59L);
        call("egress.add", agent());
        long after = rig.arrived("pings");
        assertThat(rig.run("agent1", "ping 192.0.2.7")).isEqualTo("false");
        assertThat(rig.arrived("pings")).isEqualTo(after);
    }

    @Test
    void theAgentsApiIsReachedOnlyByWhomItIsFor() throws Exception {
        JsonObject params = agent("192.0.2.7:443");
        params.addProperty("api_port", 7301);
        call("egress.add", params);
        int first = Integer.parseInt(rig.run("host", "accepted 7301"));
        assertThat(rig.run("agent1", "connect 10.221.1.1 7301 slow")).isEqualTo("ok");
        // The peer counts a connection in a thread of its own, a little after it stands.
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        String before = rig.run("host", "accepted 7301");
        while (!before.equals(String.valueOf(first + 1)) && System.nanoTime() < end) {
            before = rig.run("host", "accepted 7301");
        }
        assertThat(before).isEqualTo(String.valueOf(first + 1));
        rig.run("agent2", "connect 10.221.2.1 7301 -");
        rig.run("agent2", "connect 10.221.1.1 7301 -");
        rig.run("world", "connect 192.0.2.1 7301 -");
        assertThat(rig.run("host", "accepted 7301")).isEqualTo(before);
    }

    /** Time needs no entry: an empty list has it too. */
    @Test
    void theGatewayTellsAnAgentTheTimeAndNobodyElse() throws Exception {
        call("egress.add", agent());
        assertThat(rig.run("agent1", "time 10.221.1.1")).isEqualTo("stratum 10 leap 0 mode 4 now ours");
        for (String other : List.of("10.221.2.1", "192.0.2.1")) {
            assertThat(rig.run("agent1", "time " + other)).isIn("silent", "failed null", "failed No route to host");
        }
        assertThat(rig.run("agent2", "time 10.221.2.1")).isNotEqualTo("stratum 10 leap 0 mode 4 now ours");
        assertThat(rig.run("world", "time 192.0.2.1")).isNotEqualTo("stratum 10 leap 0 mode 4 now ours");
        assertThat(rig.run("agent1", "time 10.221.1.1")).isEqualTo("stratum 10 leap 0 mode 4 now ours");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "23",
                "240000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000"
            })
    void bytesThatAskForNoTimeHaveNoAnswer(String hex) throws Exception {
        assertThat(rig.run("agent1", "datagram 10.221.1.1 123 " + hex)).isEqualTo("silent");
        assertThat(rig.run("agent1", "time 10.221.1.1")).isEqualTo("stratum 10 leap 0 mode 4 now ours");
    }

    /** An agent of its own, as the rate is counted from the last test on. */
    @Test
    void theTimeIsToldAtABoundedRate() throws Exception {
        call("egress.add", agent("asker", 1));
        assertThat(Integer.parseInt(rig.run("agent1", "times 10.221.1.1 100"))).isBetween(16, 30);
        assertThat(rig.run("agent1", "connect 10.221.1.1 7300 slow")).isEqualTo("ok");
    }
}
