package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
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
        {"ping 192.0.2.7", "pings"},
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
            rig.ask("world", "listen " + port);
        }
        for (int port : new int[] {7300, 7301, 7443}) {
            rig.ask("host", "listen " + port);
        }
        rig.ask("agent2", "listen 9000");
        for (String[] probe : DENIED) {
            long before = rig.arrived(probe[1]);
            rig.ask("agent1", probe[0]);
            assertThat(rig.arrived(probe[1])).as("without egress: %s", probe[0]).isGreaterThan(before);
        }
        assertThat(rig.ask("agent1", "connect 10.221.2.2 9000 patient")).isEqualTo("ok");
        assertThat(rig.ask("agent1", "connect 10.221.1.1 7301 patient")).isEqualTo("ok");
        assertThat(rig.ask("agent1", "connect 192.0.2.1 7443 patient")).isEqualTo("ok");
        assertThat(rig.ask("world", "connect 192.0.2.1 7301 patient")).isEqualTo("ok");
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

    private void start() throws IOException {
        Map<String, String> environment =
                Map.of("NULLBOX_RUN", run.toString(), "NULLBOX_STATE", run.toString(), "NULLBOX_READY_FD", "1");
        egress = rig.java("host", environment, EgressMain.class.getName());
        assertThat(egress.out().readLine()).isEqualTo("{\"event\":\"egress.default_drop\"}");
        assertThat(egress.out().readLine()).isEqualTo("ready");
    }

    private static JsonObject agent(String... allow) {
        JsonObject params = new JsonObject();
        params.addProperty("agent", "hello");
        params.addProperty("interface", "nb1");
        params.addProperty("address", "10.221.1.2");
        params.addProperty("gateway", "10.221.1.1");
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
        assertThat(rig.ask("agent1", "connect 192.0.2.7 443 patient")).isEqualTo("ok");
        assertThat(rig.arrived("tcp443")).isGreaterThan(before);
    }

    private void assertDenied() throws Exception {
        for (String[] probe : DENIED) {
            long before = rig.arrived(probe[1]);
            rig.ask("agent1", probe[0]);
            assertThat(rig.arrived(probe[1])).as(probe[0]).isEqualTo(before);
        }
    }

    @Test
    void whatIsAllowedArrivesAndNothingElse() throws Exception {
        assertAllowedArrives();
        assertDenied();
        assertAllowedArrives();
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
    })
    void neighboursAndHostServicesAreOutOfReach(String from, String probe, String at, int port) throws Exception {
        String before = rig.ask(at, "accepted " + port);
        rig.ask(from, probe);
        assertThat(rig.ask(at, "accepted " + port)).isEqualTo(before);
        assertAllowedArrives();
    }

    @Test
    void anAgentReachesItsMemoryAndTheOperatorTheGateway() throws Exception {
        assertThat(rig.ask("agent1", "connect 10.221.1.1 7300 patient")).isEqualTo("ok");
        assertThat(rig.ask("world", "connect 192.0.2.1 7443 patient")).isEqualTo("ok");
    }

    @Test
    void removalKillsTheFlowInBothDirections() throws Exception {
        assertThat(rig.ask("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.ask("agent1", "echo 5000")).isEqualTo("x");
        remove();
        long before = rig.arrived("tcp443");
        assertThat(rig.ask("world", "push")).isEqualTo("ok");
        assertThat(rig.ask("agent1", "echo 700")).startsWith("failed");
        assertThat(rig.arrived("tcp443")).isEqualTo(before);
        call("egress.add", agent("192.0.2.7:443"));
        assertThat(rig.ask("agent1", "read 20000")).isIn("p", "x");
    }

    @Test
    void aNarrowerPolicyKillsTheFlowItNoLongerAllows() throws Exception {
        assertThat(rig.ask("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.ask("agent1", "echo 5000")).isEqualTo("x");
        call("egress.add", agent("192.0.2.7:444"));
        long before = rig.arrived("tcp443");
        assertThat(rig.ask("agent1", "echo 700")).startsWith("failed");
        assertThat(rig.arrived("tcp443")).isEqualTo(before);
        assertThat(rig.ask("agent1", "connect 192.0.2.7 444 patient")).isEqualTo("ok");
    }

    @Test
    void aRefusedPolicyChangesNothing() throws Exception {
        assertThatThrownBy(() -> call("egress.add", agent("192.0.2.7:444", "example.com:443")))
                .isInstanceOfSatisfying(RpcException.class, refusal -> {
                    assertThat(refusal.detail()).isEqualTo("EGRESS_NAME_NEEDS_RESOLVER");
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
        rig.ask("agent1", "connect 192.0.2.7 443 -");
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
}
