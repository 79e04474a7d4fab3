package dev.nullbox.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.Operator;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The gateway over real TLS on loopback. */
@ExtendWith(CertificatesExtension.class)
class GatewayTest {
    private static final Duration SHORT = Duration.ofMillis(200);
    private static final JsonObject NOTHING = new JsonObject();

    private final TestCertificates certificates;

    GatewayTest(TestCertificates certificates) {
        this.certificates = certificates;
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
                                        ErrorKind.NOT_FOUND, "AGENT_UNKNOWN", "no agent nobody", "agent");
                            })));
            try (SSLSocket client = client(appliance)) {
                JsonObject params = JsonParser.parseString("{\"a\":[1,2.50,\"ä\\n\"],\"b\":{\"c\":null}}")
                        .getAsJsonObject();
                assertThat(TlsClient.call(client, "agent.list", params)).isEqualTo(params);
                assertThatThrownBy(() -> TlsClient.call(client, "agent.start", NOTHING))
                        .isInstanceOfSatisfying(RpcException.class, e -> {
                            assertThat(e.kind()).isEqualTo(ErrorKind.NOT_FOUND);
                            assertThat(e.detail()).isEqualTo("AGENT_UNKNOWN");
                            assertThat(e.getMessage()).isEqualTo("no agent nobody");
                            assertThat(e.field()).contains("agent");
                        });
            }
            assertThat(appliance.events())
                    .contains(
                            "\"event\":\"gateway.listening\"", "\"client\":\"operator\"", "\"method\":\"agent.start\"")
                    .doesNotContain("2.50");
        }
    }

    /** A follower of the log would otherwise fill it. */
    @Test
    void readsAndChunksAreNoEventsUnlessTheyFail(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve(
                    "cage",
                    List.of(
                            appliance.method("agent.list", params -> params),
                            appliance.method("agent.transfer.write", params -> params),
                            appliance.method("agent.stop", params -> params)));
            try (SSLSocket client = client(appliance)) {
                TlsClient.call(client, "agent.list", NOTHING);
                TlsClient.call(client, "agent.transfer.write", NOTHING);
                TlsClient.call(client, "agent.stop", NOTHING);
                assertThatThrownBy(() -> TlsClient.call(client, "agent.show", NOTHING))
                        .isInstanceOf(RpcException.class);
            }
            assertThat(appliance.events())
                    .contains("\"method\":\"agent.stop\",\"ok\":true", "\"method\":\"agent.show\",\"ok\":false")
                    .doesNotContain("agent.list", "agent.transfer.write");
        }
    }

    @Test
    void routesByPrefixAndRefusesWhatIsNotForOperators(@TempDir Path sockets) throws Exception {
        List<String> open = List.of(
                "vault.get", "vault.leases", "vault.revoke", "egress.list", "memory.get", "nulld.status", "agent.stop");
        List<String> internal =
                List.of("vault.lease", "vault.fetch", "memory.attach", "memory.detach", "egress.add", "egress.remove");
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            // The services would answer: it is the gateway that refuses.
            for (String service : List.of("warden", "egress", "ctxgraph", "nulld", "cage")) {
                appliance.serve(
                        service,
                        Stream.concat(open.stream(), internal.stream())
                                .map(method -> appliance.method(method, params -> params))
                                .toList());
            }
            try (SSLSocket client = client(appliance)) {
                for (String method : open) {
                    assertThat(TlsClient.call(client, method, NOTHING))
                            .as(method)
                            .isNotNull();
                }
                for (String method : internal) {
                    refused(client, method);
                }
                for (String method : List.of("x", "x.y", "", ".", "../nulld.x", "nulld", "NULLD.status", "vault.")) {
                    refused(client, method);
                }
            }
            assertThat(appliance.asked())
                    .containsExactlyElementsOf(
                            open.stream().map(method -> method + " {}").toList());
        }
    }

    @Test
    void operatorsReachWhatTheContractOffersThemAndNothingElse(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            for (Service service : Service.values()) {
                appliance.serve(
                        service.key(),
                        Methods.ALL.stream()
                                .filter(method -> method.service() == service)
                                .map(method -> appliance.method(method.name(), params -> params))
                                .toList());
            }
            try (SSLSocket client = client(appliance)) {
                for (Method<?> method : Methods.ALL) {
                    if (!method.audience().users().contains(Audience.GATEWAY)) {
                        refused(client, method.name());
                    } else {
                        assertThat(TlsClient.call(client, method.name(), NOTHING))
                                .isEqualTo(NOTHING);
                    }
                }
            }
            assertThat(appliance.asked()).hasSizeGreaterThan(40);
        }
    }

    @Test
    void servicesLearnTheOperatorsNameAndCertificate(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            status(appliance, "good");
            Operator operator = appliance.callers().getFirst().operator().orElseThrow();
            assertThat(operator.name()).isEqualTo("operator");
            assertThat(operator.certificate())
                    .isEqualTo(Sha256.hex(certificates.client("good").getEncoded()));
            try (SSLSocket client = client(appliance)) {
                refused(client, "nulld.unheard");
            }
            assertThat(appliance.events()).contains("\"client\":\"operator\"");
        }
    }

    @Test
    void clientsCannotSayOnWhoseBehalfTheyCall(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS);
                SSLSocket client = client(appliance)) {
            appliance.serve("nulld", "nulld.status", "{}");
            String operator = "{\"name\":\"mallory\",\"certificate\":\"" + "ab".repeat(32) + "\"}";
            TlsClient.send(
                    client, "{\"jsonrpc\":\"2.0\",\"id\":1,\"method\":\"nulld.status\",\"operator\":" + operator + "}");
            assertThat(TlsClient.line(client)).contains("\"MEMBER\"");
            assertThat(appliance.asked()).isEmpty();
            status(appliance, "good");
            assertThat(appliance.asked()).as("the allowed twin").hasSize(1);
        }
    }

    @Test
    void refusesACertificateThatNamesNoOperator(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            assertThatThrownBy(() -> status(appliance, "nameless")).isInstanceOf(Exception.class);
            assertThat(appliance.asked()).isEmpty();
            assertThat(appliance.events())
                    .contains("\"event\":\"gateway.refused\"", "names no operator", "subjectAltName")
                    .doesNotContain("nameless");
            status(appliance, "good");
            assertThat(appliance.asked()).as("the allowed twin").hasSize(1);
        }
    }

    @Test
    void saysThatAServiceIsDown(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS);
                SSLSocket client = client(appliance)) {
            assertThatThrownBy(() -> TlsClient.call(client, "agent.list", NOTHING))
                    .isInstanceOfSatisfying(
                            RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.UNAVAILABLE));
        }
    }

    @Test
    void refusesAClientOfAnotherAuthority(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            assertThatThrownBy(() -> status(appliance, "stranger")).isInstanceOf(IOException.class);
            assertThat(appliance.asked()).isEmpty();
            status(appliance, "good");
            assertThat(appliance.asked()).as("the allowed twin").hasSize(1);
        }
    }

    @Test
    void refusesAClientWithoutACertificate(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            assertThatThrownBy(() -> TlsClient.status(appliance, TlsClient.withoutCertificate(certificates), "TLSv1.3"))
                    .isInstanceOf(IOException.class);
            assertThat(appliance.asked()).isEmpty();
        }
    }

    @Test
    void refusesTls12(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            appliance.serve("nulld", "nulld.status", "{}");
            SSLContext context = TlsClient.operator(certificates);
            assertThatThrownBy(() -> TlsClient.status(appliance, context, "TLSv1.2"))
                    .isInstanceOf(SSLException.class)
                    .hasMessageContaining("protocol_version");
            assertThat(TlsClient.status(appliance, context, "TLSv1.3"))
                    .as("the allowed twin")
                    .contains("\"result\":{}");
        }
    }

    @Test
    void answersAnOversizedLineAndHangsUp(@TempDir Path sockets) throws Exception {
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS)) {
            try (SSLSocket socket = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3")) {
                socket.getOutputStream().write(new byte[(1 << 20) + 1]);
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                assertThat(answer).contains("LINE_TOO_LONG").endsWith("\n");
            }
        }
    }

    @Test
    void hangsUpOnAClientThatBeginsNoHandshake(@TempDir Path sockets) throws Exception {
        Duration late = Duration.ofMinutes(5);
        GatewayLimits limits = new GatewayLimits(4, Duration.ofMillis(200), late, _ -> late, late, late);
        try (FakeAppliance appliance = appliance(sockets, limits);
                Socket silent = new Socket(InetAddress.getLoopbackAddress(), appliance.port())) {
            silent.setSoTimeout(60_000);
            assertThat(TlsClient.untilItEnds(silent)).isEmpty();
        }
    }

    @Test
    void hangsUpOnAClientThatAsksNothing(@TempDir Path sockets) throws Exception {
        Duration late = Duration.ofMinutes(5);
        GatewayLimits limits = new GatewayLimits(4, late, Duration.ofMillis(200), _ -> late, late, late);
        try (FakeAppliance appliance = appliance(sockets, limits);
                SSLSocket silent = TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3")) {
            assertThat(TlsClient.untilItEnds(silent)).isEmpty();
        }
    }

    @Test
    void servesAHundredClients(@TempDir Path sockets) throws Exception {
        SSLContext context = TlsClient.operator(certificates);
        try (FakeAppliance appliance = appliance(sockets, FakeAppliance.LIMITS);
                ExecutorService clients = Executors.newFixedThreadPool(100)) {
            appliance.serve("nulld", "nulld.status", "{}");
            List<Future<String>> answers = new ArrayList<>();
            for (int i = 0; i < 100; i++) {
                answers.add(clients.submit(() -> TlsClient.status(appliance, context, "TLSv1.3")));
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
        GatewayLimits limits = new GatewayLimits(4, late, late, _ -> late, Duration.ofMillis(20), SHORT);
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

    private static void refused(SSLSocket client, String method) {
        assertThatThrownBy(() -> TlsClient.call(client, method, NOTHING))
                .as(method)
                .isInstanceOfSatisfying(
                        RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.NO_METHOD));
    }

    /** Once every call had 60 s, and the backup of a large store never came to an end for its operator. */
    @Test
    void callsThatGoThroughAWholeStoreHaveTheirOwnDeadline(@TempDir Path sockets) throws Exception {
        Duration late = Duration.ofMinutes(5);
        Function<Method<?>, Duration> call =
                method -> method.deadline().equals(Method.LONG) ? late : Duration.ofMillis(300);
        GatewayLimits limits = new GatewayLimits(4, late, late, call, late, SHORT);
        try (FakeAppliance appliance = appliance(sockets, limits)) {
            FakeAppliance.Answer slow = params -> {
                sleep();
                return JsonParser.parseString("{\"bytes\":5}");
            };
            appliance.serve(
                    "ctxgraph", List.of(appliance.method("memory.backup", slow), appliance.method("memory.get", slow)));
            try (SSLSocket client = client(appliance)) {
                assertThatThrownBy(() -> TlsClient.call(client, "memory.get", NOTHING))
                        .isInstanceOfSatisfying(
                                RpcException.class, e -> assertThat(e.kind()).isEqualTo(ErrorKind.TIMEOUT));
                assertThat(TlsClient.call(client, "memory.backup", NOTHING).toString())
                        .contains("5");
            }
        }
        for (Method<?> method : Methods.ALL) {
            assertThat(GatewayLimits.defaults().call().apply(method)).isEqualTo(method.deadline());
        }
    }

    private static void sleep() {
        try {
            Thread.sleep(1_000);
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private FakeAppliance appliance(Path sockets, GatewayLimits limits) throws Exception {
        return new FakeAppliance(sockets, certificates.directory("good"), limits);
    }

    private SSLSocket client(FakeAppliance appliance) throws Exception {
        return TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3");
    }

    private void status(FakeAppliance appliance, String credentials) throws Exception {
        try (SSLSocket client = TlsClient.connect(appliance, TlsClient.of(certificates, credentials), "TLSv1.3")) {
            TlsClient.call(client, "nulld.status", NOTHING);
        }
    }
}
