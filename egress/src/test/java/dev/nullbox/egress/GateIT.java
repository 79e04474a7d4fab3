package dev.nullbox.egress;

import static dev.nullbox.gate.head.Hellos.extension;
import static dev.nullbox.gate.head.Hellos.hello;
import static dev.nullbox.gate.head.Hellos.join;
import static dev.nullbox.gate.head.Hellos.message;
import static dev.nullbox.gate.head.Hellos.record;
import static dev.nullbox.gate.head.Hellos.records;
import static dev.nullbox.gate.head.Hellos.serverName;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gate.GateMain;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The gate between an agent and hosts that have several names: real sockets, real TLS, the kernel's packet filter, the gate
 * behind its own filter of system calls. Each denial has its allowed twin; what counts is what arrived at the far side.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GateIT {
    private static final String GATEWAY = "10.221.1.1";
    private static final String NAME = "a-192-0-2-7.api.example";
    private static final String NEIGHBOUR = "a-192-0-2-7.evil.example";
    private static final String OTHER = "a-192-0-2-8.api.example";
    private static final String HTTP = "a-192-0-2-7.http.example";
    private static final String ADDRESS = "192.0.2.7";
    private static final Duration AT_ONCE = Duration.ofSeconds(2);
    private static final String UNRECOGNIZED = "15030300020270";

    /** Another agent for each test: events of one are told at a bounded rate, and each refusal once a minute. */
    private String hello = "hello";

    private int agents;

    private Path run;
    private Rig rig;
    private Path store;
    private Rig.Running egress;
    private Rig.Running gate;
    private Rig.Running agent;
    private Rig.Running world;

    @BeforeAll
    void setUp(@TempDir Path directory) throws Exception {
        run = Files.createDirectory(directory.resolve("egress"));
        Files.createSymbolicLink(directory.resolve("egress.sock"), Path.of("egress", "egress.sock"));
        Files.writeString(directory.resolve("resolvers"), "192.0.2.7:5353\n");
        store = directory.resolve("server.p12");
        keytool();
        rig = new Rig();
        assertThat(rig.run("world", "names 5353")).isEqualTo("ok");
        agent = speaker("agent1");
        world = speaker("world");
        for (String server : List.of("tls-server 443", "tls-server 8443", "http-server 80")) {
            assertThat(world.run(server)).isEqualTo("ok");
        }
        startEgress();
        startGate();
    }

    private void keytool() throws Exception {
        Process process = new ProcessBuilder(
                        System.getProperty("java.home") + "/bin/keytool",
                        "-genkeypair",
                        "-alias",
                        "server",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=server",
                        "-validity",
                        "2",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        SpeakingPeer.PASSWORD)
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isZero();
    }

    private Rig.Running speaker(String name) throws IOException {
        Rig.Running peer = rig.java(name, Map.of("STORE", store.toString()), SpeakingPeer.class.getName());
        assertThat(peer.out().readLine()).isEqualTo("up");
        return peer;
    }

    private void startEgress() throws IOException {
        egress = rig.java(
                "host",
                Map.of(
                        "NULLBOX_RUN",
                        run.toString(),
                        "NULLBOX_STATE",
                        run.toString(),
                        "NULLBOX_READY_FD",
                        "1",
                        EgressMain.GATE_USER,
                        "0"),
                EgressMain.class.getName());
        assertThat(egress.out().readLine()).isEqualTo("{\"event\":\"egress.default_drop\"}");
        assertThat(egress.out().readLine()).isEqualTo("ready");
    }

    private void startGate() throws IOException {
        Path own = run.resolveSibling("gate");
        Files.createDirectories(own);
        gate = rig.java(
                "host",
                Map.of("NULLBOX_RUN", own.toString(), "NULLBOX_STATE", own.toString(), "NULLBOX_READY_FD", "1"),
                GateMain.class.getName());
        assertThat(gate.out().readLine()).isEqualTo("ready");
    }

    @AfterAll
    void tearDown() throws Exception {
        rig.close();
    }

    @BeforeEach
    void allowNames() throws Exception {
        hello = "hello" + ++agents;
        add(NAME, OTHER, HTTP + ":80", NAME + ":8443");
        for (String name : List.of(NAME, OTHER, HTTP)) {
            lookup(name);
        }
        assertThat(world.run("forget")).isEqualTo("ok");
    }

    private JsonElement call(String method, JsonObject params) throws RpcException {
        return RpcClient.call(run.resolve("egress.sock"), method, params, Duration.ofSeconds(20));
    }

    private void add(String... allow) throws RpcException {
        JsonObject params = new JsonObject();
        params.addProperty("agent", hello);
        params.addProperty("interface", "nb1");
        params.addProperty("address", "10.221.1.2");
        params.addProperty("gateway", GATEWAY);
        JsonArray targets = new JsonArray();
        List.of(allow).forEach(targets::add);
        params.add("allow", targets);
        params.addProperty("memory_port", 7300);
        call("egress.add", params);
    }

    private String ask(String method, String... params) throws RpcException {
        JsonObject request = new JsonObject();
        for (int i = 0; i < params.length; i += 2) {
            request.addProperty(params[i], params[i + 1]);
        }
        return call(method, request).toString();
    }

    private void lookup(String name) throws IOException {
        assertThat(rig.run("agent1", "lookup " + GATEWAY + " " + name + " A")).startsWith("NOERROR 192.0.2.");
    }

    /** The event of this test's agent that has all the texts. */
    private String event(String... texts) throws Exception {
        List<String> all = new ArrayList<>(List.of(texts));
        all.add("\"agent\":\"" + hello + "\"");
        return egress.lineWith(all.toArray(String[]::new));
    }

    /** Connections that have arrived at the far side. */
    private long accepted() throws IOException {
        return Long.parseLong(world.run("accepted"));
    }

    private void passes() throws Exception {
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NAME + " word")).isEqualTo("ok word");
    }

    private String raw(String how, byte[] bytes) throws IOException {
        return agent.run("raw " + ADDRESS + " 443 " + how + " " + HexFormat.of().formatHex(bytes));
    }

    private String http(String request) throws IOException {
        byte[] bytes = request.replace("~", "\r\n").getBytes(StandardCharsets.ISO_8859_1);
        String answer = agent.run("raw " + ADDRESS + " 80 end " + HexFormat.of().formatHex(bytes));
        int space = answer.indexOf(' ');
        return answer.substring(0, space + 1)
                + new String(HexFormat.of().parseHex(answer.substring(space + 1)), StandardCharsets.ISO_8859_1);
    }

    /** Row 7 of the ways round: names of one address are different places. */
    @Test
    void theNameDecidesAmongThoseOfOneAddress() throws Exception {
        passes();
        long before = accepted();
        long from = System.nanoTime();
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NEIGHBOUR + " word"))
                .isEqualTo("failed (access_denied) Received fatal alert: access_denied");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(AT_ONCE);
        assertThat(accepted()).isEqualTo(before);
        assertThat(event("egress.denied", NEIGHBOUR))
                .contains("\"address\":\"192.0.2.7\"", "\"port\":443")
                .contains("allow = [\\\"" + NEIGHBOUR + "\\\"]");
        passes();
        assertThat(world.run("arrived")).isEqualTo(NAME + " " + NAME);
    }

    /** Rows 8 and 14: an allowed name at an address that it does not stand for. */
    @Test
    void aNameIsBoundToItsAddresses() throws Exception {
        long before = accepted();
        assertThat(agent.run("tls 192.0.2.8 443 " + NAME + " word")).contains("access_denied");
        assertThat(accepted()).isEqualTo(before);
        assertThat(event("egress.denied", "does not stand for this address")).contains(NAME, "\"allowed_by\":\"\"");
        assertThat(agent.run("tls 192.0.2.8 443 " + OTHER + " word")).isEqualTo("ok word");
        assertThat(accepted()).isGreaterThan(before);
        add(NAME);
        lookup(NAME);
        long after = accepted();
        assertThat(agent.run("tls 192.0.2.8 443 " + NAME + " word")).isEqualTo("failed No route to host");
        assertThat(accepted()).isEqualTo(after);
        passes();
    }

    static Stream<Arguments> unreadable() {
        byte[] name = serverName(NAME);
        byte[] hello = hello(NAME);
        byte[] half = Arrays.copyOf(hello, hello.length / 2);
        return Stream.of(
                Arguments.of("no name", "whole", record(message()), "end " + UNRECOGNIZED),
                Arguments.of(
                        "ECH", "whole", record(message(name, extension(0xfe0d, new byte[9]))), "end " + UNRECOGNIZED),
                Arguments.of("two names", "whole", record(message(name, name)), "end " + UNRECOGNIZED),
                Arguments.of(
                        "oversized",
                        "whole",
                        records(
                                message(name, extension(21, new byte[16_000]), extension(4_321, new byte[4_000])),
                                16_000),
                        "end " + UNRECOGNIZED),
                Arguments.of("cut", "end", half, "end " + UNRECOGNIZED),
                Arguments.of("SSLv2", "whole", new byte[] {(byte) 0x80, 9, 1, 0, 2, 0, 0, 0, 0, 0, 0}, "reset "),
                Arguments.of("SSH", "whole", "SSH-2.0-x\r\n\r\n".getBytes(StandardCharsets.US_ASCII), "end "),
                Arguments.of("noise", "whole", new byte[] {5, 1, 0}, "reset "));
    }

    /** Row 10: what cannot be read fails closed, and its twin passes. */
    @ParameterizedTest(name = "{0}")
    @MethodSource("unreadable")
    void aHelloThatCannotBeReadForCertainIsClosed(String what, String how, byte[] bytes, String answer)
            throws Exception {
        long before = accepted();
        assertThat(raw(how, bytes)).startsWith(answer);
        assertThat(accepted()).isEqualTo(before);
        passes();
        assertThat(accepted()).isGreaterThan(before);
    }

    @Test
    void aConnectionWithoutANameIsToldTheOperator() throws Exception {
        assertThat(raw("whole", record(message()))).isEqualTo("end " + UNRECOGNIZED);
        assertThat(event("egress.denied", "the TLS hello has no server name")).contains("allow = [\\\"192.0.2.7\\\"]");
    }

    /** A hello that asks the server for another try: the far side's answer to it is the proof that it arrived. */
    @ParameterizedTest
    @CsvSource({"whole, 65535", "slow, 65535", "whole, 1", "slow, 3"})
    void aHelloPassesHoweverItIsSplit(String how, int size) throws Exception {
        byte[] message = message(serverName(NAME));
        assertThat(raw(how, records(message, size))).startsWith("open 1603");
    }

    @Test
    void aSecondHelloWithAnotherNameEndsIt() throws Exception {
        byte[] first = hello(NAME);
        assertThat(raw("whole", join(first, hello(NEIGHBOUR)))).doesNotContain("16030300");
        assertThat(event("egress.denied", "a second TLS hello has another server name"))
                .isNotEmpty();
        assertThat(raw("whole", first)).startsWith("open 1603");
        assertThat(world.run("arrived")).doesNotContain("evil");
    }

    /** Row 17: one decision for every way in which a host can be written. */
    @ParameterizedTest
    @CsvSource({
        "GET /a HTTP/1.1~Host: %~~",
        "GET /a HTTP/1.1~hOST: %.~~",
        "GET /a HTTP/1.1~Host: %:80~~",
        "GET http://%/a HTTP/1.1~Host: %~~",
    })
    void theHostOfARequestDecides(String request) throws Exception {
        assertThat(http(request.replace("%", HTTP))).startsWith("end HTTP/1.1 200 OK");
        assertThat(world.run("arrived")).contains("/a");
        assertThat(world.run("forget")).isEqualTo("ok");
        for (String denied : List.of("evil-" + HTTP, NEIGHBOUR, "x." + HTTP)) {
            assertThat(http(request.replace("%", denied)))
                    .startsWith("end HTTP/1.1 403 Forbidden")
                    .contains("NullBox: network.allow of AGENT.toml has no such name");
            assertThat(event("egress.denied", denied)).contains("allow = [\\\"" + denied + ":80\\\"]");
        }
        assertThat(world.run("arrived")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "CONNECT % HTTP/1.1~Host: %~~, CONNECT",
        "GET http://evil.example/ HTTP/1.1~Host: %~~, malformed",
        "GET / HTTP/1.1~Host: %~Upgrade: websocket~~, Upgrade",
        "GET / HTTP/1.1~~, has no Host",
        "POST / HTTP/1.1~Host: %~Content-Length: 1~Transfer-Encoding: chunked~~, malformed",
    })
    void aRequestThatCannotBeReadForCertainIsRefused(String request, String why) throws Exception {
        assertThat(http(request.replace("%", HTTP)))
                .startsWith("end HTTP/1.1 403")
                .contains(why);
        assertThat(world.run("arrived")).isEmpty();
        assertThat(http("GET /twin HTTP/1.1~Host: " + HTTP + "~~")).contains("200 OK");
        assertThat(world.run("arrived")).isEqualTo(HTTP + "/twin");
    }

    @Test
    void aLaterRequestForAnotherHostEndsIt() throws Exception {
        String first = "POST /1 HTTP/1.1~Host: " + HTTP + "~Content-Length: 3~~abc";
        assertThat(http(first + "GET /2 HTTP/1.1~Host: " + HTTP + "~~")).contains("200 OK");
        assertThat(world.run("arrived")).isEqualTo(HTTP + "/1 " + HTTP + "/2");
        http(first + "GET /3 HTTP/1.1~Host: " + NEIGHBOUR + "~~");
        assertThat(event("egress.denied", "for another host than the connection's first"))
                .isNotEmpty();
        assertThat(world.run("arrived")).doesNotContain("/3");
    }

    /** TLS on the port of HTTP and the reverse: the kind is the entry's. */
    @Test
    void aKindIsNotTheOther() throws Exception {
        assertThat(agent.run("tls " + ADDRESS + " 80 " + HTTP + " word")).contains("access_denied");
        byte[] request = ("GET / HTTP/1.1\r\nHost: " + NAME + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII);
        assertThat(raw("end", request)).startsWith("end 485454502f312e3120343033");
        assertThat(event("egress.denied", "not for http"))
                .contains("allow = [{ host = \\\"" + NAME + ":443\\\", kind = \\\"http\\\" }]");
        add(HTTP + ":443 as http", HTTP + ":80 as tls", NAME + ":8443 as tls", NAME + ":443 as raw");
        lookup(HTTP);
        lookup(NAME);
        assertThat(agent.run("tls " + ADDRESS + " 8443 " + NAME + " word")).isEqualTo("ok word");
        assertThat(agent.run("tls " + ADDRESS + " 8443 " + NEIGHBOUR + " word")).contains("access_denied");
        // Raw by name admits every name on that address, and explain says so.
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NEIGHBOUR + " word")).isEqualTo("ok word");
        assertThat(ask("egress.explain", "agent", hello, "target", NAME + ":443"))
                .contains("\"kind\":\"raw\"", "under any name");
        assertThat(ask("egress.explain", "agent", hello, "target", NAME + ":8443"))
                .contains("\"kind\":\"tls\"", "the gate passes TLS");
        assertThat(ask("egress.list")).contains("\"kind\":\"http\"", "\"kind\":\"tls\"", "\"kind\":\"raw\"");
    }

    @ParameterizedTest
    @CsvSource({"get, ok 8388608", "put, ok 8388608", "half, ok 4"})
    void bytesPassInBothDirectionsToTheirEnd(String what, String answer) throws Exception {
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NAME + " " + what)).isEqualTo(answer);
    }

    private void awaitClosedAtTheFarSide() throws Exception {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        String open = world.run("open");
        while (!open.equals("0") && System.nanoTime() < end) {
            open = world.run("open");
        }
        assertThat(open).isEqualTo("0");
    }

    /** Row 20: the flow dies on both sides, and what replaces it is told so. */
    @Test
    void aPolicyThatIsTakenBackEndsGatedFlows() throws Exception {
        assertThat(agent.run("hold " + ADDRESS + " 443 " + NAME)).isEqualTo("ok held");
        add(OTHER);
        awaitClosedAtTheFarSide();
        long before = accepted();
        assertThat(agent.run("echo")).startsWith("failed");
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NAME + " word")).isEqualTo("failed No route to host");
        assertThat(accepted()).isEqualTo(before);
    }

    @Test
    void anotherNameOfTheSameAddressDoesNotKeepAFlow() throws Exception {
        add(NAME, NEIGHBOUR);
        lookup(NAME);
        lookup(NEIGHBOUR);
        assertThat(agent.run("hold " + ADDRESS + " 443 " + NEIGHBOUR)).isEqualTo("ok held");
        add(NAME);
        lookup(NAME);
        awaitClosedAtTheFarSide();
        assertThat(agent.run("echo")).startsWith("failed");
        passes();
    }

    @Test
    void aNameIsAllowedForATimeAndThroughTheGate() throws Exception {
        JsonObject request = new JsonObject();
        request.addProperty("agent", hello);
        request.addProperty("target", NEIGHBOUR);
        request.addProperty("for_seconds", 60);
        call("egress.allow", request);
        lookup(NEIGHBOUR);
        assertThat(agent.run("hold " + ADDRESS + " 443 " + NEIGHBOUR)).isEqualTo("ok held");
        assertThat(agent.run("tls " + ADDRESS + " 443 third.example word")).contains("access_denied");
        assertThat(ask("egress.withdraw", "agent", hello, "target", NEIGHBOUR)).contains("true");
        awaitClosedAtTheFarSide();
        assertThat(agent.run("echo")).startsWith("failed");
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NEIGHBOUR + " word")).contains("access_denied");
        passes();
    }

    @Test
    void aKilledEgressEndsNoFlowAndOpensNothing() throws Exception {
        assertThat(agent.run("hold " + ADDRESS + " 443 " + NAME)).isEqualTo("ok held");
        egress.process().destroyForcibly();
        assertThat(egress.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        long before = accepted();
        for (String name : List.of(NAME, NEIGHBOUR)) {
            assertThat(agent.run("tls " + ADDRESS + " 443 " + name + " word")).startsWith("failed");
        }
        assertThat(accepted()).isEqualTo(before);
        assertThat(agent.run("echo")).isEqualTo("ok hello");
        startEgress();
        assertThat(agent.run("echo")).isEqualTo("ok hello");
        // The name servers are asked again, as egress has forgotten what the name stands for.
        passes();
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NEIGHBOUR + " word")).contains("access_denied");
    }

    @Test
    void aKilledGateEndsItsFlowsAndOpensNothing() throws Exception {
        assertThat(agent.run("hold " + ADDRESS + " 443 " + NAME)).isEqualTo("ok held");
        gate.process().destroyForcibly();
        assertThat(gate.process().waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(agent.run("echo")).startsWith("failed");
        awaitClosedAtTheFarSide();
        long before = accepted();
        long from = System.nanoTime();
        assertThat(agent.run("tls " + ADDRESS + " 443 " + NAME + " word")).isEqualTo("failed Connection refused");
        assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(AT_ONCE);
        assertThat(accepted()).isEqualTo(before);
        startGate();
        passes();
    }

    @Test
    void theGateIsReachedByRedirectionAlone() throws Exception {
        for (String address : List.of(GATEWAY, "192.0.2.1", "10.221.2.1")) {
            assertThat(rig.run("agent1", "connect " + address + " 7302 slow")).isEqualTo("failed No route to host");
        }
        assertThat(rig.run("agent2", "connect 10.221.2.1 7302 -")).startsWith("failed");
        assertThat(rig.run("world", "connect 192.0.2.1 7302 -")).startsWith("failed");
        passes();
    }

    /** Row 11. */
    @Test
    void quicIsRefused() throws Exception {
        long before = rig.arrived("udp443");
        rig.run("agent1", "udp " + ADDRESS + " 443");
        assertThat(rig.arrived("udp443")).isEqualTo(before);
        passes();
    }

    /** A name that stands for the appliance itself leads nowhere: the gate would connect from inside. */
    @Test
    void theAppliancesOwnAddressIsBehindNoName() throws Exception {
        rig.run("host", "listen 8443");
        String own = "a-192-0-2-1.api.example:8443 as tls to 192.0.2.0/24";
        add(own, NAME);
        lookup("a-192-0-2-1.api.example");
        lookup(NAME);
        String before = rig.run("host", "accepted 8443");
        assertThat(agent.run("tls 192.0.2.1 8443 a-192-0-2-1.api.example word")).isEqualTo("failed No route to host");
        assertThat(rig.run("host", "accepted 8443")).isEqualTo(before);
        passes();
    }

    @Test
    void oneAgentsConnectionsAreBounded() throws Exception {
        assertThat(rig.run("agent1", "burst " + ADDRESS + " 443 300")).isEqualTo("256");
        assertThat(rig.run("agent1", "disperse")).isEqualTo("ok");
        awaitClosedAtTheFarSide();
        passes();
    }
}
