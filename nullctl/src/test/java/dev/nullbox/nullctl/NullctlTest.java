package dev.nullbox.nullctl;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.RpcException;
import java.io.ByteArrayInputStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The command line against a real gateway with fake services behind it. */
@ExtendWith(CertificatesExtension.class)
class NullctlTest {
    private static final String SECRET = "canary-value";

    private final TestCertificates certificates;

    @TempDir
    private Path sockets = Path.of("");

    private Optional<FakeAppliance> running = Optional.empty();
    private Optional<Io.Prompt> prompt = Optional.empty();
    private byte[] input = new byte[0];
    private StringWriter out = new StringWriter();
    private StringWriter err = new StringWriter();

    NullctlTest(TestCertificates certificates) {
        this.certificates = certificates;
    }

    @BeforeEach
    void boot() throws Exception {
        running = Optional.of(new FakeAppliance(sockets, certificates.directory("good"), FakeAppliance.LIMITS));
    }

    @AfterEach
    void shutDown() {
        running.ifPresent(FakeAppliance::close);
    }

    @Test
    void showsTheStatusAsATableOrAsJson() throws Exception {
        String status =
                "{\"uptime_s\":3725,\"state\":\"ready\",\"kernel\":\"6.12\",\"version\":\"0.1.0\",\"services\":["
                        + "{\"name\":\"egress\",\"state\":\"ready\",\"pid\":80,\"restarts\":0,\"since_s\":61,\"required\":true},"
                        + "{\"name\":\"cage\",\"state\":\"failed\",\"restarts\":3,\"since_s\":2,\"error\":\"\\u001b[2Jboom\"}]}";
        appliance().serve("nulld", "nulld.status", status);
        assertThat(run("status")).isZero();
        assertThat(out.toString())
                .contains("uptime    1h 2m", "state     ready", "NAME    STATE   PID  RESTARTS  SINCE  ERROR")
                .contains("egress  ready   80   0         1m 1s  -")
                .contains("cage    failed  -    3         2s     ?[2Jboom");
        assertThat(run("status", "--json")).isZero();
        assertThat(JsonParser.parseString(out.toString())).isEqualTo(JsonParser.parseString(status));
    }

    @Test
    void startsAndStopsAgents() throws Exception {
        appliance()
                .serve(
                        "cage",
                        "agent.start",
                        "{}",
                        "agent.stop",
                        "{}",
                        "agent.list",
                        "[{\"agent\":\"hello\",\"state\":\"running\"}]");
        assertThat(run("start", "hello")).isZero();
        assertThat(run("stop", "hello")).isZero();
        assertThat(run("agents")).isZero();
        assertThat(out.toString()).contains("AGENT", "hello", "running");
        assertThat(appliance().asked())
                .containsExactly(
                        "agent.start {\"agent\":\"hello\"}", "agent.stop {\"agent\":\"hello\"}", "agent.list {}");
    }

    @Test
    void saysCodeFieldAndRemedyOfARefusal() throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.start", params -> {
            throw new RpcException(RpcException.Code.NOT_FOUND, "AGENT_UNKNOWN", "there is no agent nobody", "agent");
        })));
        assertThat(run("start", "nobody")).isEqualTo(1);
        assertThat(err.toString())
                .contains("NOT_FOUND AGENT_UNKNOWN", "field:  agent", "no agent nobody", "remedy: nullctl agents");
        assertThat(out.toString()).isEmpty();
    }

    @Test
    void answersWrongUsageWithTwo() throws Exception {
        assertThat(run()).isEqualTo(2);
        assertThat(run("vault")).isEqualTo(2);
        assertThat(run("start")).isEqualTo(2);
        assertThat(run("frobnicate")).isEqualTo(2);
        assertThat(run("vault", "set", "NAME", SECRET))
                .as("a value as an argument")
                .isEqualTo(2);
        assertThat(NullctlMain.run(io(), "--address", "nonsense", "status")).isEqualTo(2);
        assertThat(run("logs", "-n", "-1")).isEqualTo(2);
        assertThat(run("--help")).isZero();
        assertThat(out.toString()).contains("vault", "logs", "Exit codes").doesNotContain("generate-completion");
    }

    @Test
    void answersThreeAndTheRemedyWhenNobodyListens() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        String credentials = certificates.directory("good").toString();
        assertThat(NullctlMain.run(io(), "--address", "127.0.0.1:" + closed, "--credentials", credentials, "status"))
                .isEqualTo(3);
        assertThat(err.toString()).contains("127.0.0.1:" + closed, "nothing listens", "remedy: boot the appliance");
    }

    @Test
    void answersThreeWhenEitherCertificateIsWrong() throws Exception {
        appliance().serve("nulld", "nulld.status", "{}");
        assertThat(runWith("stranger", "status")).isEqualTo(3);
        assertThat(err.toString()).contains("does not accept this client", "--credentials");
        assertThat(runWith("nobody", "status")).isEqualTo(3);
        assertThat(err.toString()).contains("its certificate is not one");
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void pinsTheServersName(@TempDir Path other) throws Exception {
        try (FakeAppliance misnamed =
                new FakeAppliance(other, certificates.directory("misnamed"), FakeAppliance.LIMITS)) {
            misnamed.serve("nulld", "nulld.status", "{}");
            String good = certificates.directory("good").toString();
            assertThat(NullctlMain.run(
                            io(), "--address", "localhost:" + misnamed.port(), "--credentials", good, "status"))
                    .isEqualTo(3);
            assertThat(err.toString()).contains("its certificate is not one");
        }
    }

    @Test
    void refusesAKeyThatOthersMayRead(@TempDir Path directory) throws Exception {
        for (String file : List.of("client.p12", "ca.pem")) {
            Files.copy(certificates.directory("good").resolve(file), directory.resolve(file));
        }
        Path key = directory.resolve("client.p12");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        String[] status = {
            "--address", "127.0.0.1:" + appliance().port(), "--credentials", directory.toString(), "status"
        };
        assertThat(NullctlMain.run(io(), status)).isEqualTo(3);
        assertThat(err.toString()).contains("chmod 600 " + key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        appliance().serve("nulld", "nulld.status", "{}");
        assertThat(NullctlMain.run(io(), status)).as("the allowed twin").isZero();
    }

    @Test
    void looksForCredentialsInTheCache(@TempDir Path cache) {
        Io io = new Io(
                new ByteArrayInputStream(input),
                new PrintWriter(out),
                new PrintWriter(err),
                Map.of("NULLBOX_CACHE", cache.toString()),
                Optional.empty());
        assertThat(NullctlMain.run(io, "status")).isEqualTo(3);
        assertThat(err.toString()).contains("there is no " + cache.resolve("credentials/client.p12"), "./nullbox boot");
    }

    @Test
    void setsASecretFromInputFileAndPrompt(@TempDir Path directory) throws Exception {
        appliance().serve("warden", "vault.set", "{\"name\":\"K\",\"version\":3,\"created\":0}");
        for (String typed : List.of(SECRET, SECRET + "\n", SECRET + "\r\n", SECRET + "\n\n")) {
            input = typed.getBytes(StandardCharsets.UTF_8);
            assertThat(run("vault", "set", "K")).isZero();
        }
        assertThat(values()).containsExactly(SECRET, SECRET, SECRET, SECRET + "\n");
        assertThat(out.toString()).contains("K set, version 3");
        Path file = Files.writeString(directory.resolve("value"), SECRET + "\n");
        assertThat(run("vault", "set", "--from-file", file.toString(), "K")).isZero();
        prompt = Optional.of(question -> Optional.of("typed".toCharArray()));
        assertThat(run("vault", "set", "K")).isZero();
        assertThat(values().toList()).endsWith(SECRET + "\n", "typed");
    }

    @Test
    void showsASecretNowhere() throws Exception {
        appliance().serve("warden", List.of(appliance().method("vault.set", params -> {
            throw new RpcException(RpcException.Code.UNAVAILABLE, "VAULT_NOT_WRITTEN", "the disk is full");
        })));
        input = SECRET.getBytes(StandardCharsets.UTF_8);
        assertThat(run("vault", "set", "K")).isEqualTo(1);
        String shown = out.toString() + err + appliance().events();
        assertThat(shown)
                .contains("VAULT_NOT_WRITTEN", "vault.set")
                .doesNotContain(SECRET)
                .doesNotContain(base64(SECRET));
        assertThat(appliance().asked()).as("it did arrive").allMatch(asked -> asked.contains(base64(SECRET)));
    }

    @Test
    void refusesAnEmptyAndAnOversizedValue() throws Exception {
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        input = new byte[] {'\n'};
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        input = new byte[64 * 1024 + 1];
        assertThat(run("vault", "set", "K")).isEqualTo(2);
        assertThat(run("vault", "set", "--from-file", "/does/not/exist", "K")).isEqualTo(2);
    }

    @Test
    void listsAndDeletesSecrets() throws Exception {
        appliance()
                .serve(
                        "warden",
                        "vault.list",
                        "[{\"name\":\"K\",\"version\":2,\"created\":86400}]",
                        "vault.delete",
                        "{}");
        assertThat(run("vault", "list")).isZero();
        assertThat(out.toString()).contains("NAME  VERSION  CREATED", "K     2        1970-01-02T00:00:00Z");
        assertThat(run("vault", "delete", "K")).isZero();
        assertThat(appliance().asked()).containsExactly("vault.list {}", "vault.delete {\"name\":\"K\"}");
    }

    @Test
    void printsTheLastLogRecords() throws Exception {
        appliance().serve("nulld", List.of(appliance().method("nulld.logs", params -> {
            long after = params.get("after").getAsLong();
            String records = after >= 3
                    ? ""
                    : "{\"seq\":" + (after + 1)
                            + ",\"t\":1.5,\"source\":\"cage\",\"event\":\"agent.console\",\"line\":\"no " + (after + 1)
                            + "\\u0007\"}";
            return JsonParser.parseString("{\"records\":[" + records + "],\"next\":" + Math.min(3, after + 1) + "}");
        })));
        assertThat(run("logs", "-n", "2", "--source", "cage")).isZero();
        assertThat(out.toString().lines().map(String::strip))
                .containsExactly("1.5 cage agent.console line=no 2?", "1.5 cage agent.console line=no 3?");
        JsonObject first = JsonParser.parseString(appliance().asked().getFirst().substring("nulld.logs ".length()))
                .getAsJsonObject();
        assertThat(first.get("source").getAsString()).isEqualTo("cage");
    }

    @Test
    void saysWhatAnAgentMayReach() throws Exception {
        String hello =
                "{\"agent\":\"hello\",\"interface\":\"nb1\",\"address\":\"10.221.1.2\",\"rules\":[\"tcp 1.2.3.4:80\"]}";
        appliance().serve("egress", "egress.list", "[" + hello + "," + hello.replace("hello", "other") + "]");
        assertThat(run("egress", "hello")).isZero();
        assertThat(out.toString())
                .contains("hello by nb1 as 10.221.1.2", "  tcp 1.2.3.4:80")
                .doesNotContain("other");
        assertThat(run("egress")).isZero();
        assertThat(out.toString()).contains("other");
        assertThat(run("egress", "nobody")).isEqualTo(1);
    }

    @Test
    void powersOffAndReboots() throws Exception {
        appliance().serve("nulld", "nulld.shutdown", "{}", "nulld.reboot", "{}");
        assertThat(run("shutdown")).isZero();
        assertThat(run("shutdown", "--reboot")).isZero();
        assertThat(appliance().asked()).containsExactly("nulld.shutdown {}", "nulld.reboot {}");
    }

    private FakeAppliance appliance() {
        return running.orElseThrow();
    }

    private int run(String... args) {
        return runWith("good", args);
    }

    private int runWith(String credentials, String... args) {
        Stream<String> where = Stream.of(
                "--address",
                "127.0.0.1:" + appliance().port(),
                "--credentials",
                certificates.directory(credentials).toString());
        return NullctlMain.run(io(), Stream.concat(where, Arrays.stream(args)).toArray(String[]::new));
    }

    /** Fresh output for each run. */
    private Io io() {
        out = new StringWriter();
        err = new StringWriter();
        return new Io(new ByteArrayInputStream(input), new PrintWriter(out), new PrintWriter(err), Map.of(), prompt);
    }

    private Stream<String> values() {
        return appliance().asked().stream()
                .map(asked -> JsonParser.parseString(asked.substring("vault.set ".length())))
                .map(params -> params.getAsJsonObject().get("value").getAsString())
                .map(value -> new String(Base64.getDecoder().decode(value), StandardCharsets.UTF_8));
    }

    private static String base64(String text) {
        return Base64.getEncoder().encodeToString(text.getBytes(StandardCharsets.UTF_8));
    }
}
