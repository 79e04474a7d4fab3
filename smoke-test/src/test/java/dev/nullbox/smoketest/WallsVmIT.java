package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The test image, which is the product's with /sbin/chaos added, and a data disk with agents that mean no good: what
 * they can reach, what they leave behind, and whether the appliance outlives the violent death of each of its services.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
final class WallsVmIT {
    static final String BAD_MANIFEST = """
            [agent]
            name = "bad"
            start = "auto"
            surprise = true
            [capabilities]
            max_memory_mb = 1
            """;

    private static final int SIGPWR = 30;
    private static final String HEALTH_QUESTION = "probe: arrived from 127.0.0.1";

    /** The attempts on other agents, by how many slots away those are. */
    private static final Map<Integer, String> NEIGHBOURS =
            Map.of(1, "next-agent", -1, "previous-agent", 2, "second-next-agent", -2, "second-previous-agent");

    private static final String PROHIBITED = "refused Host is unreachable";

    private HelloAppliance hello;
    private Appliance appliance;
    private TestServer host;

    @BeforeAll
    void boot(@TempDir Path directory) throws IOException, InterruptedException {
        host = TestServer.start("you should not see this");
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addProbe("probe", "manual", List.of("10.0.2.100:7001"), "attempts", attempts(host.port()));
        agents.addListener("server");
        agents.add("bad", BAD_MANIFEST);
        Path disk = DataDisk.create(directory.resolve("data.img"), directory.resolve("agents"));
        hello = HelloAppliance.start(
                new Boot.Medium.Direct(Inputs.kernel(), Inputs.chaosInitramfs(), Inputs.chaosRoot()),
                boot -> boot.withDataDisk(disk)
                        .withProcessor(Inputs.accelerator().argumentsWithTwoThreads()));
        appliance = hello.appliance();
    }

    @AfterAll
    void powerOff() throws IOException {
        hello.close();
        host.close();
    }

    /** 10.0.2.2 is this machine's loopback as QEMU's network shows it; 10.0.2.15 is the appliance itself there. */
    private static List<String> attempts(int hostPort) {
        return List.of(
                "allowed tcp 10.0.2.100 7001",
                "memory tcp gateway 7300",
                "denied-port tcp 10.0.2.100 7002",
                "host-tcp tcp 10.0.2.2 " + hostPort,
                "host-udp udp 10.0.2.2 " + hostPort,
                "dns dns 10.0.2.3 53",
                "gateway-dns dns gateway 53",
                "gateway-management tcp gateway 7443",
                "gateway-ssh tcp gateway 22",
                "uplink-management tcp 10.0.2.15 7443",
                "loopback-management tcp 127.0.0.1 7443",
                "loopback-memory tcp 127.0.0.1 7300",
                "metadata tcp 169.254.169.254 80",
                "next-agent tcp other+1 8080",
                "previous-agent tcp other-1 8080",
                "second-next-agent tcp other+2 8080",
                "second-previous-agent tcp other-2 8080",
                "next-memory tcp neighbour+1 7300",
                "previous-memory tcp neighbour-1 7300",
                "host-vsock vsock 2 7300",
                "write-program write /bin/more",
                "processor show /proc/cpuinfo");
    }

    @Order(1)
    @Test
    void theDataPartitionIsFoundByItsLabel() throws InterruptedException {
        Event data = appliance.awaitEvent(
                event -> event.is("boot.phase", "phase", "data"), Appliance.LONG, "the data partition");
        assertThat(data.text("where")).startsWith("/dev/vd");
    }

    @Order(2)
    @Test
    void aBadAgentIsRefusedWithAllItsProblemsAndTheOthersRun() throws InterruptedException {
        Event refused = appliance.awaitEvent(
                event -> event.is("agent.manifest_refused", "agent", "bad"), Appliance.LONG, "the bad agent's refusal");
        assertThat(refused.text("problems")).contains("surprise", "command", "max_memory_mb");
        appliance.awaitEvent(
                event -> event.is("agent.console", "agent", "server")
                        && event.text("line").equals("probe: listening"),
                Appliance.LONG,
                "the agent \"server\" to listen");
        hello.helloSucceeds(0);
        hello.onlyAllowedArrived(1);
    }

    @Order(3)
    @Test
    void theWallsRoundAMicroVmStand() throws Exception {
        String walls = appliance.askChaos("vmm", Appliance.SHORT);
        assertThat(walls).contains("NoNewPrivs=1", "Seccomp=2", "Groups=36", "cgroup=/agents/server");
        for (String set : List.of("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")) {
            assertThat(walls).contains(set + "=0000000000000000");
        }
        assertThat(walls).containsPattern("Uid=(100\\d\\d),\\1,\\1,\\1");
        Matcher host = Pattern.compile("host net=(\\S+) mnt=(\\S+)[^;]*;").matcher(walls);
        assertThat(host.find()).as(walls).isTrue();
        String agents = walls.substring(host.end());
        assertThat(agents).contains("net=net:[", "mnt=mnt:[").doesNotContain(host.group(1), host.group(2));
        assertThat(agents).contains("oom_score_adj=900");
    }

    /** Its machine's core has two threads: nobody else's code runs on the other one beside a microVM's. */
    @Order(3)
    @Test
    void allThreadsOfAMicroVmHaveItsCoreSchedulingCookie() throws Exception {
        String walls = appliance.askChaos("vmm", Appliance.SHORT);
        Matcher cookies = Pattern.compile(" cookies=(\\S*) threads=(\\d+);").matcher(walls);
        assertThat(cookies.find()).as(walls).isTrue();
        assertThat(cookies.group(1)).matches("[0-9a-f]+,").isNotEqualTo("0,");
        assertThat(Integer.parseInt(cookies.group(2))).isGreaterThan(4);
        assertThat(hello.cageLog()).contains("agent.walls").doesNotContain(HelloVmIT.NO_COOKIE);
    }

    /** A guest that runs machines of its own reaches far more of the host's KVM. */
    @Order(3)
    @Test
    void noMicroVmRunsMachinesOfItsOwn() throws Exception {
        assertThat(appliance.askChaos("vmm", Appliance.SHORT))
                .containsPattern("kvm_(amd|intel)\\.nested=")
                .doesNotContainPattern("nested=[^0N]");
        // Whatever a VMM sets: a machine as it is, by both calls, and one with virtualisation of its own.
        assertThat(appliance.askChaos("nested", Appliance.SHORT))
                .isEqualTo("nested as-it-is=taken,taken svme=refused vmxe=refused");
    }

    @Order(3)
    @Test
    void aMicroVmHasItsShareOfTheMachineAndNoMore() throws Exception {
        String walls = appliance.askChaos("vmm", Appliance.SHORT);
        // 128 MiB of guest and 96 MiB of VMM
        assertThat(walls).contains("cpu.max=100000,100000", "memory.max=" + (224 << 20), "pids.max=128");
    }

    @Order(4)
    @Test
    void anAgentReachesWhatItsManifestAllowsAndNothingElse() throws Exception {
        // The port that all try is open, since the guest's own init asks there for the agent's health; not even the
        // host
        // connects to an agent.
        appliance.awaitEvent(
                event -> event.is("agent.console", "agent", "server")
                        && event.text("line").equals(HEALTH_QUESTION),
                Appliance.SHORT,
                "a connection to the server");
        assertThat(appliance.askChaos("connect 10.221." + slot("server") + ".2 8080", Appliance.LONG))
                .startsWith("connect ")
                .isNotEqualTo("connect connected");
        int from = appliance.log().size();
        int before = hello.allowed().arrivals().size();
        start("probe");
        int distance = slot("server") - slot("probe");
        appliance.awaitEventAfter(
                from, event -> event.is("agent.exited", "agent", "probe"), Appliance.LONG, "the probe to end");
        Map<String, String> results = results();
        assertThat(results.remove("allowed")).isEqualTo("answered");
        assertThat(results.remove("memory")).isIn("open", "answered");
        // The guest's own loopback, where nobody listens.
        for (String refused : List.of("loopback-management", "loopback-memory")) {
            assertThat(results.remove(refused)).as(refused).startsWith("refused");
        }
        // Into a layer of its own.
        assertThat(results.remove("write-program")).isEqualTo("open");
        // No machines within the guest's.
        assertThat(results.remove("processor")).contains(" lm ").doesNotContainPattern(" (svm|vmx) ");
        // libkrun has no such port: it refuses, or lets the guest's connect run into its own limit
        assertThat(results.remove("host-vsock")).containsPattern("^(refused|silent)");
        // Its name server says that there is no such name; the probe's other datagrams are answered by ICMP, which a
        // socket
        // without a connection is not told of.
        assertThat(results.remove("gateway-dns")).isEqualTo("answered");
        for (String datagram : List.of("host-udp", "dns")) {
            assertThat(results.remove(datagram)).as(datagram).isEqualTo("silent");
        }
        assertThat(results).hasSize(12).containsEntry(NEIGHBOURS.get(distance), PROHIBITED);
        assertThat(results).allSatisfy((name, result) -> assertThat(result).isIn(PROHIBITED, "no such slot"));
        assertThat(hello.allowed().arrivals()).hasSize(before + 1).endsWith("probe");
        assertThat(hello.denied().arrivals()).isEmpty();
        assertThat(host.arrivals()).isEmpty();
        assertThat(appliance.agentLines("server")).containsOnly("probe: listening", HEALTH_QUESTION);
    }

    @Order(5)
    @ParameterizedTest
    @CsvSource({
        "warden, warden",
        "ctxgraph, ctxgraph",
        "gateway, gateway",
        "egress, egress",
        "cage, cage",
        "network, dhcpcd"
    })
    void theDeathOfAServiceIsSurvived(String service, String program) throws Exception {
        int from = appliance.log().size();
        assertThat(appliance.askChaos("kill " + program, Appliance.SHORT)).startsWith("killed " + program);
        appliance.awaitEventAfter(
                from, event -> event.is("service.exited", "service", service), Appliance.SHORT, service + " to die");
        appliance.awaitEventAfter(
                from,
                event -> event.is("service.ready", "service", service),
                Appliance.LONG,
                service + " to come back");
        if (service.equals("cage")) {
            // With cage its agents died; those that start by themselves do so again.
            hello.helloSucceeds(from);
        }
    }

    @Order(6)
    @Test
    void afterAllThoseDeathsAgentsRunAndRulesHold() throws Exception {
        int from = appliance.log().size();
        int before = hello.allowed().arrivals().size();
        start("hello");
        hello.helloSucceeds(from);
        assertThat(hello.allowed().awaitArrivals(before + 1, Appliance.SHORT)).isTrue();
        assertThat(hello.denied().arrivals()).isEmpty();
    }

    @Order(7)
    @Test
    void aServiceThatTakesTooMuchMemoryIsKilledAndStartedAnew() throws Exception {
        int from = appliance.log().size();
        assertThat(appliance.askChaos("hog egress", Appliance.LONG)).isEqualTo("hog egress killed");
        Event exited = appliance.awaitEventAfter(
                from, event -> event.is("service.exited", "service", "egress"), Appliance.SHORT, "egress to die");
        assertThat(exited.number("out_of_memory_mib")).isEqualTo(128);
        Event failed = appliance.awaitEventAfter(
                from, event -> event.is("service.failed", "service", "egress"), Appliance.SHORT, "the reason");
        assertThat(failed.text("why")).contains("out of memory", "128 MiB");
        appliance.awaitEventAfter(
                from, event -> event.is("service.ready", "service", "egress"), Appliance.LONG, "egress to come back");
        // It cost itself, and nobody else.
        assertThat(appliance.log().all().stream().skip(from).filter(event -> event.is("service.exited")))
                .hasSize(1);
    }

    @Order(8)
    @Test
    void stoppedAgentsLeaveNothingBehind() throws Exception {
        int from = appliance.log().size();
        Nullctl.Result result = hello.nullctl().run("stop", "server");
        assertThat(result.code()).as(result.errors()).isZero();
        appliance.awaitEventAfter(
                from, event -> event.is("agent.stopped", "agent", "server"), Appliance.SHORT, "the agent to stop");
        assertThat(appliance.askChaos("leftovers", Appliance.SHORT))
                .isEqualTo("leftovers processes=0 interfaces=0 cgroups=0");
        assertThat(rules()).isEmpty();
    }

    /** Ends the boot. */
    @Order(9)
    @Test
    void sigpwrToPid1PowersItOffInOrder() throws Exception {
        hello.powersOffBySignal(SIGPWR, "SIGPWR");
    }

    /** Rules of egress in force: the address of each agent. */
    private Map<String, String> rules() throws Exception {
        Nullctl.Result result = hello.nullctl().run("egress", "--json");
        assertThat(result.code()).as(result.errors()).isZero();
        Map<String, String> rules = new TreeMap<>();
        for (JsonElement entry : JsonParser.parseString(result.output()).getAsJsonArray()) {
            JsonObject agent = entry.getAsJsonObject();
            rules.put(agent.get("agent").getAsString(), agent.get("address").getAsString());
        }
        return rules;
    }

    private int slot(String agent) throws Exception {
        String address = rules().getOrDefault(agent, "no address");
        Matcher slot = Pattern.compile("10\\.221\\.(\\d+)\\.2").matcher(address);
        assertThat(slot.matches()).as(agent + " has " + address).isTrue();
        return Integer.parseInt(slot.group(1));
    }

    private Map<String, String> results() {
        Map<String, String> results = new TreeMap<>();
        for (String line : appliance.agentLines("probe")) {
            String[] parts = line.split(" ", 4);
            if (parts.length == 4 && parts[2].equals("=")) {
                results.put(parts[1], parts[3]);
            }
        }
        return results;
    }

    private void start(String agent) throws Exception {
        Nullctl.Result result = hello.nullctl().run("start", agent);
        assertThat(result.code()).as(result.errors()).isZero();
    }
}
