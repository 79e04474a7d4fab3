package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
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

/** Names of agents, against a real kernel and a name server on its far side. Each refusal has its allowed twin. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class NamesIT {
    private static final String GATEWAY = "10.221.1.1";
    private static final String ALLOWED = "a-192-0-2-7.api.example";
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    /** Extended error "blocked" of RFC 8914. */
    private static final String BLOCKED = " ede=15";

    private Path run;
    private Path servers;
    private Rig rig;
    private Rig.Running egress;

    @BeforeAll
    void setUp(@TempDir Path directory) throws Exception {
        run = Files.createDirectory(directory.resolve("egress"));
        servers = directory.resolve("resolvers");
        rig = new Rig();
        rig.run("world", "listen 443");
        rig.run("host", "listen 7300");
        rig.run("world", "listen 444");
        assertThat(rig.run("world", "names 5353")).isEqualTo("ok");
        start();
    }

    @AfterAll
    void tearDown() throws Exception {
        rig.close();
    }

    @BeforeEach
    void allowNames() throws Exception {
        Files.writeString(servers, "192.0.2.7:5353\n");
        add(
                ALLOWED + ":443 as raw",
                "*.wild.example as raw",
                "alias.api.example as raw",
                "many.api.example as raw",
                "a-10-0-0-1.api.example",
                "late.api.example",
                "lie.api.example",
                "none.api.example");
    }

    private void start() throws IOException {
        Map<String, String> environment =
                Map.of("NULLBOX_RUN", run.toString(), "NULLBOX_STATE", run.toString(), "NULLBOX_READY_FD", "1");
        egress = rig.java("host", environment, EgressMain.class.getName());
        assertThat(egress.out().readLine()).isEqualTo("{\"event\":\"egress.default_drop\"}");
        assertThat(egress.out().readLine()).isEqualTo("ready");
    }

    private JsonElement add(String... allow) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", "hello");
        params.addProperty("interface", "nb1");
        params.addProperty("address", "10.221.1.2");
        params.addProperty("gateway", GATEWAY);
        JsonArray targets = new JsonArray();
        List.of(allow).forEach(targets::add);
        params.add("allow", targets);
        params.addProperty("memory_port", 7300);
        return RpcClient.call(run.resolve("egress.sock"), "egress.add", params, Duration.ofSeconds(20));
    }

    private String lookup(String name) throws IOException {
        return rig.run("agent1", "lookup " + GATEWAY + " " + name + " A");
    }

    private int asked() throws IOException {
        return Integer.parseInt(rig.run("world", "asked"));
    }

    /** Refused, told so at once, and nothing of it at the far side. */
    private void refused(String address, int port, String counter) throws Exception {
        long before = rig.arrived(counter);
        long from = System.nanoTime();
        assertThat(rig.run("agent1", "connect " + address + " " + port + " slow"))
                .isEqualTo("failed No route to host");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(AT_ONCE);
        assertThat(rig.arrived(counter)).isEqualTo(before);
    }

    private void connects(String address) throws Exception {
        assertThat(rig.run("agent1", "connect " + address + " 443 slow")).isEqualTo("ok");
    }

    @Test
    void anAddressIsReachedOnceItsNameWasAskedForAndAtItsPortAlone() throws Exception {
        refused("192.0.2.7", 443, "tcp443");
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        connects("192.0.2.7");
        refused("192.0.2.7", 444, "tcp444");
        refused("192.0.2.8", 443, "other");
        assertThat(rig.run("agent1", "ping 192.0.2.7")).isEqualTo("true");
    }

    /** The kernel would tell of six, and of one more each second. */
    @Test
    void eachOfManyIsRefusedAtOnce() throws Exception {
        for (int port = 1000; port < 1030; port++) {
            refused("192.0.2.7", port, "tcp444");
            refused("10.221.2.1", port, "tcp444");
        }
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        connects("192.0.2.7");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a-192-0-2-7.else.example",
                "x.a-192-0-2-7.api.example",
                "wild.example",
                "notwild.example",
                "a-192-0-2-7\\\\.wild.example",
                "c2VjcmV0.evil.example"
            })
    void otherNamesDoNotExistAndNobodyIsAskedForThem(String name) throws Exception {
        int before = asked();
        long from = System.nanoTime();
        assertThat(lookup(name)).isEqualTo("NXDOMAIN" + BLOCKED);
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(AT_ONCE);
        assertThat(asked()).isEqualTo(before);
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(asked()).isEqualTo(before + 1);
    }

    @ParameterizedTest
    @CsvSource({"A-192-0-2-7.API.example", "a-192-0-2-7.b.wild.example", "alias.api.example"})
    void anAllowedNameIsOneInAnyCaseBelowAWildcardAndByAnAlias(String name) throws Exception {
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        connects("192.0.2.7");
    }

    @Test
    void whatAnAliasLeadsToIsNotAllowedByItself() throws Exception {
        assertThat(lookup("cdn.elsewhere.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        assertThat(lookup("alias.api.example")).isEqualTo("NOERROR 192.0.2.7");
    }

    @ParameterizedTest
    @CsvSource({"AAAA", "HTTPS", "TXT", "NULL"})
    void otherTypesOfAnAllowedNameAreEmptyAndNobodyIsAsked(String type) throws Exception {
        int before = asked();
        assertThat(rig.run("agent1", "lookup " + GATEWAY + " " + ALLOWED + " " + type))
                .isEqualTo("NOERROR");
        assertThat(asked()).isEqualTo(before);
    }

    @Test
    void anAnswerInAForbiddenRangeIsNone() throws Exception {
        assertThat(lookup("a-10-0-0-1.api.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        for (String address : List.of("127-0-0-1", "169-254-169-254", "10-221-2-2", "0-0-0-0")) {
            assertThat(lookup("a-" + address + ".wild.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        }
        assertThat(rig.run("agent1", "connect 10.0.0.1 443 slow")).startsWith("failed");
    }

    /** Row 12 of the ways round, and its allowed twin: a name with answers of the operator's own, where the manifest says so. */
    @Test
    void aNameWithRangesIsAnsweredWithinThemAlone() throws Exception {
        add("a-192-0-2-7.api.example as raw to 192.0.2.0/29", "*.wild.example to 10.9.0.0/16,192.0.2.7");
        assertThat(lookup("a-10-9-1-2.wild.example")).isEqualTo("NOERROR 10.9.1.2");
        assertThat(lookup("a-10-8-1-2.wild.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        assertThat(lookup("a-192-0-2-8.wild.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        refused("192.0.2.7", 443, "tcp443");
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        connects("192.0.2.7");
    }

    /** Row 13 of the ways round: the address that was checked is the one that is reached, however the name flips. */
    @Test
    void anAddressThatANameWillStandForIsNotReachedBefore() throws Exception {
        add("flip.api.example as raw");
        assertThat(lookup("flip.api.example")).isEqualTo("NOERROR 192.0.2.7");
        refused("192.0.2.8", 443, "other");
        connects("192.0.2.7");
        assertThat(lookup("flip.api.example")).isEqualTo("NOERROR 192.0.2.8");
        long before = rig.arrived("other");
        assertThat(rig.run("agent1", "connect 192.0.2.8 443 slow")).isEqualTo("ok");
        assertThat(rig.arrived("other")).isGreaterThan(before);
    }

    @Test
    void aLongAnswerComesByTcpAndIsBounded() throws Exception {
        String answer = rig.run("agent1", "lookup " + GATEWAY + " many.api.example A tcp");
        assertThat(answer.split(" ")).hasSize(1 + 32).contains("192.0.2.7");
        connects("192.0.2.7");
    }

    @Test
    void whatDoesNotAnswerIsAFailureInTime() throws Exception {
        long from = System.nanoTime();
        assertThat(lookup("late.api.example")).startsWith("SERVFAIL");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(4));
        assertThat(lookup("lie.api.example")).startsWith("SERVFAIL");
        assertThat(lookup("none.api.example")).isEqualTo("NXDOMAIN");
        Files.writeString(servers, "");
        assertThat(lookup(ALLOWED)).startsWith("SERVFAIL");
    }

    @ParameterizedTest
    @CsvSource({
        "00, silent",
        "123401000001000000000000, FORMERR",
        "123401000002000000000000016100000100010161000001 0001, FORMERR",
        "123481000001000000000000016100 00010001, silent",
        "12341000000100000000000001610000010001, NOTIMP"
    })
    void bytesThatAreNoQuestionHarmNobody(String hex, String code) throws Exception {
        assertThat(rig.run("agent1", "bytes " + GATEWAY + " " + hex.replace(" ", "")))
                .isEqualTo(code);
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
    }

    @Test
    void onlyItsOwnGatewayAnswersAnAgent() throws Exception {
        assertThat(rig.run("agent1", "lookup 10.221.2.1 " + ALLOWED + " A")).startsWith("failed");
        assertThat(rig.run("agent1", "lookup 192.0.2.7 " + ALLOWED + " A")).startsWith("failed");
        assertThat(rig.run("agent2", "lookup 10.221.2.1 " + ALLOWED + " A")).startsWith("failed");
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
    }

    /** Each question was a connection, of which an agent has 64 to the host: the 65th was dropped, and so was its memory. */
    @Test
    void manyQuestionsTakeNoConnectionsFromMemory() throws Exception {
        for (int i = 0; i < 100; i++) {
            assertThat(lookup("n" + i + ".else.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        }
        assertThat(rig.run("agent1", "connect " + GATEWAY + " 7300 slow")).isEqualTo("ok");
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
    }

    @Test
    void aPolicyThatIsTakenBackEndsFlowsAndForgetsAddresses() throws Exception {
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(rig.run("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
        add("other.api.example");
        assertThat(rig.run("agent1", "echo 2000")).startsWith("failed");
        refused("192.0.2.7", 443, "tcp443");
        assertThat(lookup(ALLOWED)).isEqualTo("NXDOMAIN" + BLOCKED);
    }

    /** Its time is renewed by each packet, so that an open connection outlives the name's answer. */
    @Test
    void anAddressStaysWhilePacketsFlowAndNoLonger() throws Exception {
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(rig.in("host", "nft", "list", "set", "inet", "nullbox", "nb1_ports"))
                .contains("192.0.2.7 . tcp . 443 timeout 35s");
        assertThat(rig.run("agent1", "hold 192.0.2.7 443")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 5000")).isEqualTo("x");
        assertThat(rig.in("host", "nft", "list", "set", "inet", "nullbox", "nb1_ports"))
                .containsPattern("192\\.0\\.2\\.7 \\. tcp \\. 443 .*expires (5m|4m5)");
        rig.in("host", "nft", "delete", "element", "inet", "nullbox", "nb1_ports", "{ 192.0.2.7 . tcp . 443 }");
        assertThat(rig.run("agent1", "echo 2000")).startsWith("failed");
        refused("192.0.2.7", 443, "tcp443");
    }

    private String ask(String method, String... params) throws RpcException {
        JsonObject request = new JsonObject();
        for (int i = 0; i < params.length; i += 2) {
            request.addProperty(params[i], params[i + 1]);
        }
        return RpcClient.call(run.resolve("egress.sock"), method, request, Duration.ofSeconds(20))
                .toString();
    }

    /** What was refused is learnt, and the same probes pass with it. */
    @Test
    void theListThatIsLearntMakesTheSameProbesPass() throws Exception {
        add("a-192-0-2-7.learn.example as raw");
        assertThat(lookup("a-192-0-2-7.learn.example")).isEqualTo("NOERROR 192.0.2.7");
        refused("192.0.2.7", 444, "tcp444");
        assertThat(lookup("a-192-0-2-8.learn.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        JsonObject answer =
                JsonParser.parseString(ask("egress.refusals", "agent", "hello")).getAsJsonObject();
        List<String> learnt = new ArrayList<>();
        answer.getAsJsonArray("learnt").forEach(entry -> learnt.add(entry.getAsString()));
        assertThat(learnt)
                .contains(
                        "a-192-0-2-7.learn.example:443 as raw",
                        "a-192-0-2-7.learn.example:444",
                        "a-192-0-2-8.learn.example");
        add(learnt.toArray(String[]::new));
        assertThat(lookup("a-192-0-2-7.learn.example")).isEqualTo("NOERROR 192.0.2.7");
        assertThat(rig.run("agent1", "connect 192.0.2.7 444 slow")).isEqualTo("ok");
        assertThat(lookup("a-192-0-2-8.learn.example")).isEqualTo("NOERROR 192.0.2.8");
    }

    /** A refusal bears the name of its time, though the address has another one before the refusal is read. */
    @Test
    void ofNamesThatShareAnAddressTheRefusedOneIsTold() throws Exception {
        String first = "a-192-0-2-7.first.example";
        String second = "a-192-0-2-7.second.example";
        add(first + ":444", second + ":444");
        assertThat(lookup(first)).isEqualTo("NOERROR 192.0.2.7");
        refused("192.0.2.7", 443, "tcp443");
        assertThat(lookup(second)).isEqualTo("NOERROR 192.0.2.7");
        refused("192.0.2.7", 445, "other");
        JsonObject answer =
                JsonParser.parseString(ask("egress.refusals", "agent", "hello")).getAsJsonObject();
        List<String> learnt = new ArrayList<>();
        answer.getAsJsonArray("learnt").forEach(entry -> learnt.add(entry.getAsString()));
        assertThat(learnt).contains(first, second + ":445").doesNotContain(second, first + ":445");
    }

    private String allow(String target, int seconds) throws RpcException {
        JsonObject request = new JsonObject();
        request.addProperty("agent", "hello");
        request.addProperty("target", target);
        request.addProperty("for_seconds", seconds);
        return RpcClient.call(run.resolve("egress.sock"), "egress.allow", request, Duration.ofSeconds(20))
                .toString();
    }

    private String event(String... texts) throws Exception {
        return egress.lineWith(texts);
    }

    /** A flow of what is allowed for a time ends with that time, though its packets flow. */
    @Test
    void aPlaceIsAllowedForATimeAndEndsByItself() throws Exception {
        refused("192.0.2.7", 444, "tcp444");
        assertThat(allow("192.0.2.7:444", 4)).contains("192.0.2.7:444");
        assertThat(event("egress.granted", "192.0.2.7:444")).contains("\"for_seconds\":4");
        assertThat(rig.run("agent1", "hold 192.0.2.7 444")).isEqualTo("ok");
        assertThat(rig.run("agent1", "echo 2000")).isEqualTo("x");
        assertThat(ask("egress.explain", "agent", "hello", "target", "192.0.2.7:444"))
                .contains("\"allowed\":true", "an operator allowed it");
        assertThat(event("egress.grant_ended", "192.0.2.7:444")).contains("its time is over");
        assertThat(rig.run("agent1", "echo 2000")).startsWith("failed");
        refused("192.0.2.7", 444, "tcp444");
    }

    @Test
    void aNameIsAllowedForATimeAndTakenBack() throws Exception {
        String name = "a-192-0-2-7.granted.example";
        assertThat(lookup(name)).isEqualTo("NXDOMAIN" + BLOCKED);
        allow(name + ":444", 60);
        allow("192.0.2.7:445", 60);
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(rig.run("agent1", "hold 192.0.2.7 444")).isEqualTo("ok");
        assertThat(ask("egress.list")).containsPattern("granted.example:444\",\"kind\":\"raw\",\"seconds_left\":[1-9]");
        assertThat(ask("egress.withdraw", "agent", "hello", "target", name + ":444"))
                .contains("true");
        assertThat(event("egress.grant_ended", name)).contains("an operator took it back");
        assertThat(rig.run("agent1", "echo 2000")).startsWith("failed");
        assertThat(lookup(name)).isEqualTo("NXDOMAIN" + BLOCKED);
        assertThat(rig.in("host", "nft", "list", "set", "inet", "nullbox", "nb1_granted"))
                .contains("192.0.2.7 . tcp . 445");
    }

    @Test
    void aGrantOutlivesARestartOfEgressAndNoPolicy() throws Exception {
        String name = "a-192-0-2-7.granted.example";
        allow(name + ":444", 60);
        egress.process().destroyForcibly();
        assertThat(egress.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        start();
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(rig.run("agent1", "connect 192.0.2.7 444 slow")).isEqualTo("ok");
        add("other.api.example");
        assertThat(event("egress.grant_ended", name)).contains("run or policy ended");
        assertThat(lookup(name)).isEqualTo("NXDOMAIN" + BLOCKED);
        refused("192.0.2.7", 444, "tcp444");
    }

    @ParameterizedTest
    @CsvSource({
        "10.0.0.0/16:80, is a range",
        "10.1.2.3:80-90, is a range",
        "10.221.2.2:22, agents do not reach each other",
        "*.co.uk, is a public suffix",
    })
    void aGrantOfOtherThanOnePlaceIsRefused(String target, String why) {
        assertThatThrownBy(() -> allow(target, 60)).hasMessageContaining(why);
    }

    @Test
    void aPlaceIsExplainedByItsEntry() throws Exception {
        add(ALLOWED + " as raw", "*.wild.example:8443", "10.2.0.0/16:80-90/udp");
        assertThat(ask("egress.explain", "agent", "hello", "target", ALLOWED))
                .contains("\"allowed\":true", "\"allow_entry\":\"" + ALLOWED + ":443 as raw\"");
        assertThat(ask("egress.explain", "agent", "hello", "target", "192.0.2.7"))
                .contains("\"allowed\":false");
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(ask("egress.explain", "agent", "hello", "target", "192.0.2.7"))
                .contains("\"allowed\":true", "\"allow_entry\":\"" + ALLOWED + ":443 as raw\"");
        assertThat(ask("egress.explain", "agent", "hello", "target", "10.2.3.4:85/udp"))
                .contains("\"allowed\":true", "10.2.0.0/16:80-90/udp");
        assertThat(ask("egress.explain", "agent", "hello", "target", "a.wild.example"))
                .contains("\"allowed\":false", "another port", "*.wild.example:8443");
        assertThat(ask("egress.explain", "agent", "hello", "target", "evil.example"))
                .contains("\"allowed\":false", "NXDOMAIN");
        assertThat(ask("egress.explain", "agent", "hello", "target", "10.221.2.2"))
                .contains("agents do not reach each other");
        assertThat(ask("egress.explain", "agent", "hello", "target", "127.0.0.1"))
                .contains("not the address of another host");
    }

    @Test
    void aKilledEgressRemembersTheNames() throws Exception {
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        egress.process().destroyForcibly();
        assertThat(egress.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        connects("192.0.2.7");
        start();
        assertThat(lookup(ALLOWED)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(lookup("a-192-0-2-7.else.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        connects("192.0.2.7");
    }

    /** An address whose time is over in the kernel is reached again by an answer of the cache. */
    @Test
    void aKeptAnswerIsReachedAndAPolicyForgetsIt() throws Exception {
        String name = "kept-60-192-0-2-7.wild.example";
        int before = asked();
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        rig.in("host", "nft", "delete", "element", "inet", "nullbox", "nb1_ports", "{ 192.0.2.7 . tcp . 443 }");
        refused("192.0.2.7", 443, "tcp443");
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        connects("192.0.2.7");
        assertThat(asked()).isEqualTo(before + 1);
        add("*.wild.example");
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        assertThat(asked()).isEqualTo(before + 2);
    }

    /** What a name let an agent through to is told the memory service, and what was refused is not. */
    @Test
    void contactsByNameAreToldTheMemoryService() throws Exception {
        BlockingQueue<String> told = new LinkedBlockingQueue<>();
        RpcMethod contacted = RpcMethod.of(MemoryContract.CONTACTED, (_, request) -> {
            told.add(request.get(MemoryContract.AGENT) + " " + request.get(Fields.ADDRESS) + " "
                    + request.get(MemoryContract.CONTACTED_NAMES));
            return Message.of();
        });
        String name = "kept-60-192-0-2-7.told.example";
        add(name + ":444", name + ":123/udp");
        assertThat(lookup("evil.example")).isEqualTo("NXDOMAIN" + BLOCKED);
        assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
        RpcServer memory =
                RpcServer.listen(run.resolveSibling("ctxgraph.sock"), List.of(contacted), RpcLimits.defaults());
        try {
            assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
            assertThat(told.poll(10, TimeUnit.SECONDS))
                    .isEqualTo("hello " + GATEWAY + " [" + name + ":444, " + name + ":123/udp]");
            assertThat(lookup(name)).isEqualTo("NOERROR 192.0.2.7");
            assertThat(told).isEmpty();
        } finally {
            memory.close();
        }
    }
}
