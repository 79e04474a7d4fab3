package dev.nullbox.egress;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import dev.nullbox.gate.GateMain;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.SecretForm;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcLimits;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.rpc.RpcServer;
import dev.nullbox.service.x509.RunAuthority;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Connections that the gate opens, between curl and a host that repeats what it is told: the host has the secret, and curl
 * has it from nowhere. The gate runs behind its filter of system calls; warden is the test's.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class OpenedIT {
    private static final String NAME = "a-192-0-2-7.api.example";
    private static final String OTHER = "a-192-0-2-7.other.example";
    private static final String PLACEHOLDER = "sk-placeholder-of-this-run-0123456789";
    private static final String VALUE = "sk-value/that+nobody=sees";

    private final RunAuthority authority = RunAuthority.create("of the run", List.of(NAME));
    private final RunAuthority hosts = RunAuthority.create("of the hosts", List.of("example"));
    private final FakeWarden warden = new FakeWarden();
    private Path directory;
    private Path run;
    private Rig rig;
    private Rig.Running egress;
    private Rig.Running gate;
    private Rig.Running host;
    private RpcServer wardens;

    /** Warden with one secret, which is leased to run 7. */
    private static final class FakeWarden {
        private boolean isSealed;
        private boolean isRevoked;
        private long seq = 1;

        synchronized void set(boolean sealed, boolean revoked) {
            isSealed = sealed;
            isRevoked = revoked;
            seq++;
            notifyAll();
        }

        private synchronized Message value(Message request) throws RpcException {
            if (isSealed) {
                throw new RpcException(VaultReason.VAULT_SEALED, "the vault is sealed");
            }
            if (isRevoked) {
                throw new RpcException(VaultReason.LEASE_REVOKED, "the lease was revoked by an operator");
            }
            assertThat(request.get(VaultContract.AGENT)).isEqualTo(new AgentName("opener"));
            assertThat(request.get(VaultContract.RUN)).isEqualTo("7");
            return Message.of(
                    VaultContract.LEASE.is("L1"),
                    VaultContract.VALUE.is(VALUE.getBytes(StandardCharsets.US_ASCII)),
                    Fields.SEQ.is(seq));
        }

        private synchronized Message leases(Message request) {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(request.get(VaultContract.WAIT_MS));
            try {
                for (long left = end - System.nanoTime();
                        seq == request.get(VaultContract.AFTER) && left > 0;
                        left = end - System.nanoTime()) {
                    TimeUnit.NANOSECONDS.timedWait(this, left);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return Message.of(
                    VaultContract.GATE_LEASE_IDS.is(isSealed || isRevoked ? List.of() : List.of("L1")),
                    Fields.SEQ.is(seq));
        }

        List<RpcMethod> methods() {
            return List.of(
                    RpcMethod.of(VaultContract.GATE_VALUE, Set.of("root"), (_, request) -> value(request)),
                    RpcMethod.of(VaultContract.GATE_LEASES, Set.of("root"), (_, request) -> leases(request)));
        }
    }

    @BeforeAll
    void setUp(@TempDir Path temporary) throws Exception {
        directory = temporary;
        run = Files.createDirectory(directory.resolve("egress"));
        Files.createSymbolicLink(directory.resolve("egress.sock"), Path.of("egress", "egress.sock"));
        Files.writeString(directory.resolve("resolvers"), "192.0.2.7:5353\n");
        Files.writeString(directory.resolve("bundle.pem"), authority.pem());
        wardens = RpcServer.listen(
                directory.resolve("warden.sock"),
                warden.methods(),
                new RpcLimits(16, 4, Duration.ofSeconds(60), Duration.ofSeconds(60)));
        rig = new Rig();
        assertThat(rig.run("world", "names 5353")).isEqualTo("ok");
        host = rig.java("world", Map.of("STORE", store(NAME).toString()), EchoHost.class.getName());
        assertThat(host.out().readLine()).isEqualTo("up");
        egress = service(EgressMain.class.getName(), run, Map.of(EgressMain.GATE_USER, "0"));
        gate = service(GateMain.class.getName(), Files.createDirectory(directory.resolve("gate")), Map.of());
    }

    private Rig.Running service(String main, Path own, Map<String, String> more) throws IOException {
        Map<String, String> environment = new HashMap<>(more);
        environment.putAll(
                Map.of("NULLBOX_RUN", own.toString(), "NULLBOX_STATE", own.toString(), "NULLBOX_READY_FD", "1"));
        Rig.Running running = rig.java("host", environment, main);
        String line = running.out().readLine();
        while (line != null && !line.equals("ready")) {
            line = running.out().readLine();
        }
        assertThat(line).isEqualTo("ready");
        return running;
    }

    private Path store(String name) throws Exception {
        KeyPair keys = RunAuthority.newKeys();
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        store.setKeyEntry("host", keys.getPrivate(), EchoHost.PASSWORD.toCharArray(), new Certificate[] {
            hosts.certify(name, keys.getPublic())
        });
        Path file = directory.resolve("host.p12");
        try (OutputStream out = Files.newOutputStream(file)) {
            store.store(out, EchoHost.PASSWORD.toCharArray());
        }
        return file;
    }

    @AfterAll
    void tearDown() throws Exception {
        rig.close();
        wardens.close();
    }

    @BeforeEach
    void open() throws Exception {
        warden.set(false, false);
        add(new SecretForm("bearer"), Optional.of(hosts.pem()));
    }

    private void add(SecretForm as, Optional<String> ca) throws Exception {
        Message opened = Message.of(
                        EgressContract.ENTRY.is(NAME + ":443"),
                        EgressContract.SECRET.is(new SecretName("API_KEY")),
                        EgressContract.AS.is(as),
                        EgressContract.PLACEHOLDER.is(PLACEHOLDER))
                .and(EgressContract.CA, ca);
        Message opening = Message.of(
                Fields.RUN.is(7L),
                EgressContract.AUTHORITY.is(authority.encodedCertificate()),
                EgressContract.AUTHORITY_KEY.is(authority.encodedKey()),
                EgressContract.OPENED.is(List.of(opened)));
        RpcClient.call(
                directory,
                EgressContract.ADD,
                Duration.ofSeconds(20),
                EgressContract.AGENT.is(new AgentName("opener")),
                EgressContract.INTERFACE.is("nb1"),
                Fields.ADDRESS.is("10.221.1.2"),
                EgressContract.GATEWAY.is("10.221.1.1"),
                EgressContract.ALLOW.is(List.of(NAME + ":443", OTHER + ":443")),
                EgressContract.MEMORY_PORT.is(7300L),
                EgressContract.OPENING.is(opening));
        for (String name : List.of(NAME, OTHER)) {
            assertThat(rig.run("agent1", "lookup 10.221.1.1 " + name + " A")).startsWith("NOERROR");
        }
    }

    private String curl(String path, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(
                "curl",
                "-sS",
                "-i",
                "--max-time",
                "20",
                "--cacert",
                directory.resolve("bundle.pem").toString()));
        command.addAll(List.of("--resolve", NAME + ":443:192.0.2.7"));
        command.addAll(Arrays.asList(more));
        command.add("https://" + NAME + path);
        return rig.in("agent1", command.toArray(String[]::new));
    }

    private String bearer(String path) throws Exception {
        return curl(path, "-H", "Authorization: Bearer " + PLACEHOLDER);
    }

    private String told(String... texts) throws Exception {
        return host.lineWith(texts);
    }

    @Test
    void theHostHasTheSecretAndTheAgentHasItNowhere() throws Exception {
        for (String path : List.of("/echo", "/chunks")) {
            String got = bearer(path);
            assertThat(got)
                    .contains("200 OK", "got Bearer ***")
                    .doesNotContain(VALUE, "c2stdmFsdWU", "stdmFsdW", "2YWx1ZS90aGF0");
            assertThat(told("GET " + path)).contains("| Bearer " + VALUE + " |", "| identity");
        }
    }

    @Test
    void otherPlacesKeepThePlaceholder() throws Exception {
        assertThat(curl("/echo", "-H", "X-Api-Key: " + PLACEHOLDER, "--data", "key=" + PLACEHOLDER))
                .contains("200 OK");
        assertThat(told("POST /echo")).contains("| " + PLACEHOLDER + " | key=" + PLACEHOLDER + " |");
    }

    @Test
    void basicIsWhatCurlSends() throws Exception {
        add(new SecretForm("basic"), Optional.of(hosts.pem()));
        assertThat(curl("/basic", "-u", "x-access-token:" + PLACEHOLDER)).contains("200 OK");
        String sent = told("GET /basic");
        assertThat(sent)
                .contains("Basic "
                        + Base64.getEncoder()
                                .encodeToString(("x-access-token:" + VALUE).getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void aHeaderOfItsOwnHasTheSecret() throws Exception {
        add(new SecretForm("header:X-Api-Key"), Optional.of(hosts.pem()));
        assertThat(curl("/header", "-H", "x-api-key: " + PLACEHOLDER)).contains("200 OK");
        assertThat(told("GET /header")).contains("| " + VALUE + " |");
    }

    @Test
    void largeBodiesPassBothWays() throws Exception {
        String got = curl(
                "/large", "-H", "Authorization: Bearer " + PLACEHOLDER, "-o", "/dev/null", "-w", "%{size_download}");
        assertThat(got).isEqualTo(String.valueOf(EchoHost.LARGE));
        // A client that reads slowly: what waits for it is bounded, and nothing is lost.
        assertThat(curl("/large", "--limit-rate", "2M", "-o", "/dev/null", "-w", "%{size_download}"))
                .isEqualTo(String.valueOf(EchoHost.LARGE));
        Path body = directory.resolve("body");
        Files.writeString(body, "y".repeat(EchoHost.LARGE));
        assertThat(curl("/upload", "-H", "Authorization: Bearer " + PLACEHOLDER, "--data-binary", "@" + body))
                .contains("200 OK");
        assertThat(told("POST /upload")).contains("| Bearer " + VALUE + " | " + EchoHost.LARGE + " |");
    }

    /** A second request with another Host is answered after the first, or ends the connection. */
    @Test
    void aForeignHostInsideIsRefused() throws Exception {
        assertThat(curl("/fronted", "-H", "Host: evil.example", "-H", "Authorization: Bearer " + PLACEHOLDER))
                .contains("421 Misdirected Request", "another host");
        assertThat(bearer("/own")).contains("200 OK");
        assertThat(told("GET /own")).contains(VALUE);
    }

    @Test
    void severalRequestsGoOverOneConnection() throws Exception {
        String got = curl("/first", "-H", "Authorization: Bearer " + PLACEHOLDER, "https://" + NAME + "/second");
        assertThat(got.split("200 OK", -1)).hasSize(3);
        assertThat(told("GET /first")).contains(VALUE);
    }

    @Test
    void webSocketPassesWithoutEchoes() throws Exception {
        String request = "GET /socket HTTP/1.1\\r\\nHost: " + NAME + "\\r\\nAuthorization: Bearer " + PLACEHOLDER
                + "\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\n\\r\\nhello";
        String got = rig.in(
                "agent1",
                "sh",
                "-c",
                "printf '" + request + "' | timeout 20 openssl s_client -quiet -verify_return_error -verify_hostname "
                        + NAME
                        + " -servername " + NAME + " -connect 192.0.2.7:443 -CAfile " + directory.resolve("bundle.pem")
                        + " 2>&1");
        assertThat(got).contains("101 Switching", "helloBearer ***").doesNotContain(VALUE);
        assertThat(told("GET /socket")).contains("| Bearer " + VALUE + " |");
    }

    @Test
    void compressedAnswersAreRefused() throws Exception {
        assertThat(bearer("/gzip")).contains("502 Bad Gateway", "compresses");
    }

    @Test
    void aSealedVaultIsTold() throws Exception {
        warden.set(true, false);
        assertThat(bearer("/sealed")).contains("503 Service Unavailable", "sealed");
        warden.set(false, false);
        assertThat(bearer("/unsealed")).contains("200 OK");
    }

    @Test
    void aRevokedLeaseEndsItsConnectionsAtOnce() throws Exception {
        Path got = directory.resolve("events");
        Process events = rig.start(
                "agent1",
                "curl",
                "-sS",
                "-N",
                "--max-time",
                "60",
                "--cacert",
                directory.resolve("bundle.pem").toString(),
                "--resolve",
                NAME + ":443:192.0.2.7",
                "-H",
                "Authorization: Bearer " + PLACEHOLDER,
                "-o",
                got.toString(),
                "https://" + NAME + "/events");
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (!(Files.exists(got) && Files.readString(got).contains("data: begun")) && System.nanoTime() < end) {
            TimeUnit.MILLISECONDS.sleep(20);
        }
        assertThat(got).content().isEqualTo("data: begun\n\n");
        warden.set(false, true);
        assertThat(events.waitFor(5, TimeUnit.SECONDS))
                .as("the connection ends")
                .isTrue();
        assertThat(events.exitValue()).isNotZero();
        assertThat(bearer("/revoked")).contains("503 Service Unavailable", "revoked");
    }

    @Test
    void aHostOfAnotherAuthorityIsNotTold() throws Exception {
        add(new SecretForm("bearer"), Optional.empty());
        assertThat(bearer("/untrusted")).contains("502 Bad Gateway", "PKIX", "named by ca");
    }

    @Test
    void whatIsNotOpenedIsEncryptedEndToEnd() throws Exception {
        String got = rig.in(
                "agent1",
                "sh",
                "-c",
                "curl -sS -k -v --max-time 20 --resolve " + OTHER + ":443:192.0.2.7 -H 'Authorization: Bearer "
                        + PLACEHOLDER + "' https://" + OTHER + "/plain 2>&1");
        assertThat(got).contains("issuer: CN=of the hosts", "got Bearer " + PLACEHOLDER);
        assertThat(told("GET /plain")).contains("| Bearer " + PLACEHOLDER + " |");
    }

    @Test
    void operatorsSeeWhatIsOpenedByTheSecretsName() throws Exception {
        String listed = RpcClient.call(
                        directory.resolve("egress.sock"), "egress.list", new JsonObject(), Duration.ofSeconds(20))
                .toString();
        assertThat(listed)
                .contains("\"allow_entry\":\"" + NAME + ":443\"", "\"secrets\":[\"API_KEY\"]")
                .doesNotContain(PLACEHOLDER, VALUE);
        Message explained = RpcClient.call(
                directory,
                EgressContract.EXPLAIN,
                Duration.ofSeconds(20),
                EgressContract.AGENT.is(new AgentName("opener")),
                EgressContract.TARGET.is(NAME));
        assertThat(explained.get(EgressContract.SECRETS)).containsExactly("API_KEY");
        assertThat(explained.get(EgressContract.TOLD)).contains("the gate opens TLS", "puts API_KEY in");
    }

    /** The authority is egress' to keep: a guest trusts it as long as it runs. */
    @Test
    void aRestartOfTheGateAndEgressChangesNothing() throws Exception {
        assertThat(bearer("/before")).contains("200 OK");
        gate.process().destroyForcibly().waitFor();
        egress.process().destroyForcibly().waitFor();
        egress = service(EgressMain.class.getName(), run, Map.of(EgressMain.GATE_USER, "0"));
        gate = service(GateMain.class.getName(), directory.resolve("gate"), Map.of());
        assertThat(rig.run("agent1", "lookup 10.221.1.1 " + NAME + " A")).startsWith("NOERROR");
        assertThat(bearer("/after")).contains("200 OK", "got Bearer ***");
    }
}
