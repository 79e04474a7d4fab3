package dev.nullbox.nullctl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway over real TLS on loopback. */
class GatewayTest {
    private static final JsonObject NOTHING = new JsonObject();

    private static TestCertificates certificates = TestCertificates.in(Path.of(""));

    @BeforeAll
    static void makeCertificates(@TempDir Path directory) throws Exception {
        certificates = TestCertificates.make(directory);
    }

    @Test
    void passesCallsAndAnswersUnchanged(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve(
                    "cage",
                    List.of(
                            appliance.method("agent.list", params -> params),
                            appliance.method("agent.start", params -> {
                                throw new RpcException(
                                        RpcException.Code.NOT_FOUND, "AGENT_UNKNOWN", "no agent nobody", "agent");
                            })));
            try (ApplianceClient client = client(appliance, "good")) {
                JsonObject params = JsonParser.parseString("{\"a\":[1,2.50,\"ä\\n\"],\"b\":{\"c\":null}}")
                        .getAsJsonObject();
                assertThat(client.call("agent.list", params)).isEqualTo(params);
                assertThatThrownBy(() -> client.call("agent.start", NOTHING))
                        .isInstanceOfSatisfying(RpcException.class, e -> {
                            assertThat(e.code()).isEqualTo(RpcException.Code.NOT_FOUND);
                            assertThat(e.detail()).isEqualTo("AGENT_UNKNOWN");
                            assertThat(e.getMessage()).isEqualTo("no agent nobody");
                            assertThat(e.field()).contains("agent");
                        });
            }
            assertThat(appliance.events())
                    .contains("\"event\":\"gateway.listening\"", "\"client\":\"operator\"", "\"method\":\"agent.list\"")
                    .doesNotContain("2.50");
        }
    }

    @Test
    void routesByPrefixAndRefusesWhatIsNotForOperators(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("warden", "vault.list", "[]", "vault.get", "\"secret\"");
            appliance.serve("egress", "egress.list", "[]", "egress.add", "{}");
            appliance.serve("ctxgraph", "memory.get", "{}", "memory.attach", "{}");
            appliance.serve("nulld", "nulld.status", "{}");
            try (ApplianceClient client = client(appliance, "good")) {
                for (String method : List.of("vault.list", "egress.list", "memory.get", "nulld.status")) {
                    assertThat(client.call(method, NOTHING)).as(method).isNotNull();
                }
                for (String method :
                        List.of("vault.get", "egress.add", "memory.attach", "x", "x.y", "", "../nulld.x", "nulld")) {
                    assertThatThrownBy(() -> client.call(method, NOTHING))
                            .as(method)
                            .isInstanceOfSatisfying(
                                    RpcException.class,
                                    e -> assertThat(e.code()).isEqualTo(RpcException.Code.NO_METHOD));
                }
                assertThatThrownBy(() -> client.call("agent.list", NOTHING))
                        .as("a service that is down")
                        .isInstanceOfSatisfying(
                                RpcException.class, e -> assertThat(e.code()).isEqualTo(RpcException.Code.UNAVAILABLE));
            }
            assertThat(appliance.asked())
                    .containsExactly("vault.list {}", "egress.list {}", "memory.get {}", "nulld.status {}");
        }
    }

    @Test
    void refusesAClientOfAnotherAuthority(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            assertThatThrownBy(() -> status(appliance, "stranger")).isInstanceOf(CannotConnectException.class);
            assertThat(appliance.asked()).isEmpty();
            status(appliance, "good");
            assertThat(appliance.asked()).as("the allowed twin").hasSize(1);
        }
    }

    @Test
    void refusesAClientWithoutACertificate(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            assertThatThrownBy(() -> talk(appliance, withoutCertificate(), "TLSv1.3"))
                    .isInstanceOf(IOException.class);
            assertThat(appliance.asked()).isEmpty();
        }
    }

    @Test
    void refusesTls12(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            SSLContext context = operator();
            assertThatThrownBy(() -> talk(appliance, context, "TLSv1.2"))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("protocol_version");
            assertThat(talk(appliance, context, "TLSv1.3"))
                    .as("the allowed twin")
                    .contains("\"result\":{}");
        }
    }

    @Test
    void answersAnOversizedLineAndHangsUp(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            try (SSLSocket socket = socket(appliance, operator(), "TLSv1.3")) {
                socket.getOutputStream().write(new byte[(1 << 20) + 1]);
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).contains("LINE_TOO_LONG").endsWith("\n");
            }
        }
    }

    @Test
    void hangsUpOnAClientThatBeginsNoHandshake(@TempDir Path sockets) throws Exception {
        Duration late = Duration.ofMinutes(5);
        GatewayLimits limits = new GatewayLimits(4, Duration.ofMillis(200), late, late, late);
        try (FakeAppliance appliance = appliance(sockets, limits);
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), appliance.port())) {
            silent.setSoTimeout(60_000);
            assertThat(untilItEnds(silent)).isEmpty();
        }
    }

    @Test
    void hangsUpOnAClientThatAsksNothing(@TempDir Path sockets) throws Exception {
        Duration late = Duration.ofMinutes(5);
        GatewayLimits limits = new GatewayLimits(4, late, Duration.ofMillis(200), late, late);
        try (FakeAppliance appliance = appliance(sockets, limits);
                SSLSocket silent = socket(appliance, operator(), "TLSv1.3")) {
            assertThat(untilItEnds(silent)).isEmpty();
        }
    }

    @Test
    void servesAHundredClients(@TempDir Path sockets) throws Exception {
        SSLContext context = operator();
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS);
                ExecutorService clients = Executors.newFixedThreadPool(100)) {
            appliance.serve("nulld", "nulld.status", "{}");
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(clients.submit(() -> talk(appliance, context, "TLSv1.3")));
            }
            for (Future<String> answer : answers) {
                assertThat(answer.get(120, TimeUnit.SECONDS)).contains("\"result\":{}");
            }
            assertThat(appliance.asked()).hasSize(100);
        }
    }

    @Test
    void silentClientsShutNobodyOut(@TempDir Path sockets) throws Exception {
        Duration late = Duration.ofMinutes(5);
        GatewayLimits limits = new GatewayLimits(4, late, late, late, Duration.ofMillis(20));
        List<Socket> silent = new ArrayList<>();
        try (FakeAppliance appliance = appliance(sockets, limits)) {
            appliance.serve("nulld", "nulld.status", "{}");
            for (int i = 0; i < 40; i++) {
                silent.add(new Socket(InetAddress.getLoopbackAddress(), appliance.port()));
            }
            status(appliance, "good");
            assertThat(appliance.asked()).hasSize(1);
        } finally {
            for (Socket socket : silent) {
                socket.close();
            }
        }
    }

    private FakeAppliance appliance(Path sockets, GatewayLimits limits) throws Exception {
        return new FakeAppliance(sockets, certificates.directory("good"), limits);
    }

    private ApplianceClient client(FakeAppliance appliance, String credentials) throws CannotConnectException {
        return ApplianceClient.connect(new Address("127.0.0.1", appliance.port()), certificates.directory(credentials));
    }

    private void status(FakeAppliance appliance, String credentials) throws Exception {
        try (ApplianceClient client = client(appliance, credentials)) {
            client.call("nulld.status", NOTHING);
        }
    }

    private SSLContext withoutCertificate() throws Exception {
        Path authority = certificates.directory("good").resolve("ca.pem");
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(authority)) {
            trusted.setCertificateEntry(
                    "ca", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLSv1.3");
        context.init(null, trust.getTrustManagers(), null);
        return context;
    }

    private static SSLContext operator() throws Exception {
        Path good = certificates.directory("good");
        return Credentials.load(good.resolve("client.p12"), good.resolve("ca.pem"));
    }

    private static String talk(FakeAppliance appliance, SSLContext context, String protocol) throws IOException {
        try (SSLSocket socket = socket(appliance, context, protocol)) {
            String request = "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nulld.status\"}\n";
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            StringBuilder answer = new StringBuilder();
            int c = socket.getInputStream().read();
            while (c >= 0 && c != '\n') {
                answer.append((char) c);
                c = socket.getInputStream().read();
            }
            return answer.toString();
        }
    }

    private static SSLSocket socket(FakeAppliance appliance, SSLContext context, String protocol) throws IOException {
        SSLSocket socket =
                (SSLSocket) context.getSocketFactory().createSocket(InetAddress.getLoopbackAddress(), appliance.port());
        socket.setSoTimeout(60_000);
        socket.setEnabledProtocols(new String[] {protocol});
        socket.startHandshake();
        return socket;
    }

    /** What comes before the far side hangs up, however it does. */
    private static String untilItEnds(Socket socket) throws IOException {
        try {
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (SocketTimeoutException e) {
            throw e;
        } catch (IOException e) {
            return "";
        }
    }
}
