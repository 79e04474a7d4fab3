package dev.nullbox.cage.secrets;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.jail.Secret;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.HeapWiper;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentApiTest {
    private static final Set<String> LISTED = Set.of(
            "TOKEN",
            "LARGE",
            "CANARY",
            "LEASE_SPENT",
            "LEASE_EXPIRED",
            "LEASE_REVOKED",
            "LEASE_ENDED",
            "LEASE_UNKNOWN",
            "SECRET_UNKNOWN",
            "SECRET_DELETED",
            "VERSION_UNKNOWN",
            "VERSION_DESTROYED",
            "VAULT_SEALED",
            "NOT_LISTENING",
            "CALL");

    private final AtomicInteger alarms = new AtomicInteger();
    private final List<String> asked = new CopyOnWriteArrayList<>();
    private final List<Secret> given = new CopyOnWriteArrayList<>();
    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AtomicLong clock = new AtomicLong(5_000);
    private final RateLimitedLog log = new RateLimitedLog(line -> lines.add("cage: " + line), clock::get);
    private AgentApi api;

    @BeforeEach
    void serve() throws IOException {
        InetAddress loopback = InetAddress.getLoopbackAddress();
        api = AgentApi.open(
                loopback,
                0,
                new AgentApi.Client(loopback, LISTED, this::fetch, alarms::incrementAndGet),
                new AgentApi.Host(HeapWiper.start(), log, clock::get));
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    /** A warden that refuses whatever is not a TOKEN, for the reason that its name tells after any OTHER_. */
    private Secret fetch(String name) throws RpcException {
        asked.add(name);
        String what = name.replaceFirst("^OTHER_", "");
        if (what.equals("BUG")) {
            throw new IllegalStateException("s3cr3t");
        }
        if (!what.equals("TOKEN") && !what.equals("LARGE")) {
            throw new RpcException(Methods.reason(what).orElse(CallReason.BUG), "refused: " + name);
        }
        Secret secret =
                new Secret(name, name.equals("LARGE") ? new byte[65_536] : "t0k3n".getBytes(StandardCharsets.US_ASCII));
        given.add(secret);
        return secret;
    }

    private String get(String path) throws IOException {
        return ask("GET " + path + " HTTP/1.1\r\n\r\n");
    }

    private String ask(String request) throws IOException {
        return askFrom(InetAddress.getLoopbackAddress(), request);
    }

    private String askFrom(InetAddress from, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port(), from, 0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.ISO_8859_1));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** It once kept the thread, and the secret, for as long as it liked. */
    @Test
    void aClientThatDoesNotReadHoldsUpNothing() throws Exception {
        try (Socket lazy = new Socket()) {
            lazy.setReceiveBufferSize(1_024);
            lazy.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), api.port()));
            lazy.getOutputStream().write("GET /secrets/LARGE HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
            assertThat(get("/secrets/TOKEN")).startsWith("HTTP/1.1 200 OK\r\n");
            assertThat(given)
                    .hasSize(2)
                    .allSatisfy(secret -> assertThat(secret.value()).containsOnly(0));
        }
    }

    /** As another process of the host, to which the agent's gateway address is near too. */
    @Test
    void otherAddressesGetNoResponse() throws IOException {
        String request = "GET /secrets/CANARY HTTP/1.1\r\nHost: x\r\n\r\n";
        try {
            assertThat(askFrom(InetAddress.ofLiteral("127.0.0.2"), request)).isEmpty();
        } catch (SocketException reset) {
            // Closed before the request was read.
        }
        assertThat(alarms).hasValue(0);
        assertThat(ask(request)).startsWith("HTTP/1.1 403");
        assertThat(alarms).hasValue(1);
    }

    @Test
    void givesTheSecretAndNothingElse() throws IOException {
        assertThat(ask("GET /secrets/TOKEN HTTP/1.1\r\nHost: x\r\n\r\nGET /secrets/TOKEN HTTP/1.1\r\n\r\n"))
                .startsWith("HTTP/1.1 200 OK\r\n")
                .contains("Content-Type: application/octet-stream\r\n", "Content-Length: 5\r\n", "no-store")
                .endsWith("\r\n\r\nt0k3n");
        assertThat(alarms).hasValue(0);
    }

    @ParameterizedTest
    @CsvSource({
        "GET /secrets/LEASE_SPENT HTTP/1.1, 410 Gone, LEASE_SPENT",
        "GET /secrets/LEASE_EXPIRED HTTP/1.1, 410 Gone, LEASE_EXPIRED",
        "GET /secrets/LEASE_REVOKED HTTP/1.0, 410 Gone, LEASE_REVOKED",
        "GET /secrets/LEASE_ENDED HTTP/1.1, 410 Gone, LEASE_ENDED",
        "GET /secrets/LEASE_UNKNOWN HTTP/1.1, 410 Gone, LEASE_UNKNOWN",
        "GET /secrets/SECRET_UNKNOWN HTTP/1.1, 410 Gone, SECRET_UNKNOWN",
        "GET /secrets/SECRET_DELETED HTTP/1.1, 410 Gone, SECRET_DELETED",
        "GET /secrets/VERSION_UNKNOWN HTTP/1.1, 410 Gone, VERSION_UNKNOWN",
        "GET /secrets/VERSION_DESTROYED HTTP/1.1, 410 Gone, VERSION_DESTROYED",
        "GET /secrets/VAULT_SEALED HTTP/1.1, 503 Service Unavailable, VAULT_SEALED",
        "GET /secrets/NOT_LISTENING HTTP/1.1, 503 Service Unavailable, NOT_LISTENING",
        "GET /secrets/CALL HTTP/1.1, 503 Service Unavailable, CALL",
        "GET /secrets/OTHER HTTP/1.1, 404 Not Found, UNKNOWN",
        "GET /secrets/../TOKEN HTTP/1.1, 404 Not Found, UNKNOWN",
        "GET / HTTP/1.1, 404 Not Found, UNKNOWN",
        "POST /secrets/TOKEN HTTP/1.1, 405 Method Not Allowed, METHOD",
        "GET /secrets/TOKEN HTTP/2, 400 Bad Request, BAD_REQUEST",
        "GET /secrets/TOKEN, 400 Bad Request, BAD_REQUEST",
    })
    void refuses(String line, String status, String code) throws IOException {
        assertThat(ask(line + "\r\n\r\n"))
                .startsWith("HTTP/1.1 " + status + "\r\n")
                .contains("Content-Type: application/json", "\"code\":\"" + code + "\"")
                .doesNotContain("t0k3n");
    }

    /** They once were refused here, so that nothing was written down of who tries names. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "LEASE_UNKNOWN",
                "LEASE_NOT_FETCH",
                "LEASE_SPENT",
                "LEASE_REVOKED",
                "SECRET_UNKNOWN",
                "SECRET_DELETED",
                "VERSION_DESTROYED",
                "VAULT_SEALED",
                "NOT_LISTENING",
                "CALL",
                "TOKEN",
            })
    void unlistedNameReachesTheWardenAndGetsTheSameAnswer(String answer) throws IOException {
        String unknown = get("/");
        assertThat(unknown).startsWith("HTTP/1.1 404 Not Found\r\n");
        assertThat(asked).isEmpty();
        assertThat(get("/secrets/OTHER_" + answer)).isEqualTo(unknown);
        assertThat(asked).containsExactly("OTHER_" + answer);
        assertThat(alarms).hasValue(0);
    }

    @Test
    void wipesWhatItDoesNotGive() throws IOException {
        assertThat(get("/secrets/OTHER_TOKEN")).startsWith("HTTP/1.1 404").doesNotContain("t0k3n");
        // Answered when the one before is done with.
        assertThat(get("/secrets/TOKEN")).endsWith("t0k3n");
        assertThat(given.getFirst().name()).isEqualTo("OTHER_TOKEN");
        assertThat(given.getFirst().value()).containsOnly(0);
        assertThat(lines)
                .containsExactly(
                        "cage: the agent at 127.0.0.1: warden gave a secret that its manifest does not have; wiped:"
                                + " OTHER_TOKEN");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "1TOKEN", "TOKEN/", "TOKEN?x", "../TOKEN", "T%4fKEN", "T\u00f6KEN", "TOKEN;"})
    void asksTheWardenForNothingThatIsNoName(String name) throws IOException {
        assertThat(get("/secrets/" + name)).isEqualTo(get("/"));
        assertThat(asked).isEmpty();
    }

    @Test
    void asksForNamesUpToTheirBound() throws IOException {
        assertThat(get("/secrets/" + "N".repeat(65))).isEqualTo(get("/"));
        assertThat(asked).isEmpty();
        assertThat(get("/secrets/" + "N".repeat(64))).isEqualTo(get("/"));
        assertThat(asked).containsExactly("N".repeat(64));
    }

    /** Each is one that the warden writes down. */
    @Test
    void wardenIsSparedAfterTooManyRefusals() throws IOException {
        for (int i = 0; i < AgentApi.REFUSALS; i++) {
            assertThat(get(i % 2 == 0 ? "/secrets/OTHER_NAME" : "/secrets/VAULT_SEALED"))
                    .startsWith(i % 2 == 0 ? "HTTP/1.1 404" : "HTTP/1.1 503");
        }
        assertThat(asked).hasSize(AgentApi.REFUSALS);
        assertThat(lines).isEmpty();
        for (String name : List.of("OTHER_NAME", "VAULT_SEALED", "TOKEN", "OTHER_CANARY")) {
            assertThat(get("/secrets/" + name))
                    .startsWith("HTTP/1.1 429 Too Many Requests\r\n")
                    .contains("\"code\":\"REFUSALS\"");
        }
        assertThat(asked).hasSize(AgentApi.REFUSALS);
        assertThat(alarms).hasValue(0);
        assertThat(lines).hasSize(1).first().asString().contains("not forwarded to warden");
        assertThat(get("/")).startsWith("HTTP/1.1 404");
        clock.addAndGet(AgentApi.MILLIS_PER_REFUSAL);
        assertThat(get("/secrets/TOKEN")).endsWith("t0k3n");
        assertThat(get("/secrets/OTHER_NAME")).startsWith("HTTP/1.1 404");
        assertThat(get("/secrets/OTHER_NAME")).startsWith("HTTP/1.1 429");
        assertThat(asked).hasSize(AgentApi.REFUSALS + 2);
        assertThat(lines).hasSize(2).last().asString().contains("(3 more of the kind left out)");
    }

    @Test
    void grantedAndUnforwardedRequestsAreNotCounted() throws IOException {
        for (int i = 0; i < 2 * AgentApi.REFUSALS; i++) {
            assertThat(get("/secrets/TOKEN")).endsWith("t0k3n");
            assertThat(get("/")).startsWith("HTTP/1.1 404");
        }
        for (int i = 0; i < AgentApi.REFUSALS; i++) {
            assertThat(get("/secrets/OTHER_TOKEN")).startsWith("HTTP/1.1 404");
        }
        assertThat(get("/secrets/OTHER_TOKEN")).startsWith("HTTP/1.1 429");
    }

    @Test
    void survivesABugAndNamesItWithoutItsMessage() throws IOException {
        assertThat(get("/secrets/OTHER_BUG")).isEmpty();
        assertThat(get("/secrets/TOKEN")).endsWith("t0k3n");
        assertThat(lines)
                .hasSize(1)
                .first()
                .asString()
                .contains("IllegalStateException at dev.nullbox.cage")
                .doesNotContain("s3cr3t");
        for (int i = 1; i < AgentApi.REFUSALS; i++) {
            assertThat(get("/secrets/OTHER_BUG")).isEmpty();
        }
        assertThat(get("/secrets/OTHER_BUG")).startsWith("HTTP/1.1 429");
    }

    @Test
    void strangersAndHalfRequestsAreLoggedBriefly() throws IOException {
        for (int i = 0; i < 5; i++) {
            assertThat(ask("GET /")).isEmpty();
            try {
                assertThat(askFrom(InetAddress.ofLiteral("127.0.0.2"), "GET / HTTP/1.1\r\n\r\n"))
                        .isEmpty();
            } catch (SocketException reset) {
                // Closed before the request was read.
            }
        }
        // Answered when those before are done with.
        assertThat(get("/")).startsWith("HTTP/1.1 404");
        assertThat(lines)
                .containsExactly(
                        "cage: the agent at 127.0.0.1: request failed: hung up before the request was" + " whole",
                        "cage: the agent at 127.0.0.1: a connection from another address than its own was closed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"CANARY", "OTHER_CANARY"})
    void aCanaryRaisesTheAlarmListedOrNot(String name) throws IOException {
        assertThat(get("/secrets/" + name)).startsWith("HTTP/1.1 403 Forbidden\r\n");
        assertThat(alarms).hasValue(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "GET /secrets/TOKEN HTTP/1.1\r\n", "GET /secrets/TOKEN HTTP/1.1\n\n"})
    void answersNoHalfRequestAndGoesOn(String half) throws IOException {
        assertThat(ask(half)).isEmpty();
        assertThat(ask("GET /secrets/TOKEN HTTP/1.1\r\n\r\n")).endsWith("t0k3n");
    }

    @Test
    void boundsARequest() throws IOException {
        try {
            assertThat(ask("GET /secrets/TOKEN HTTP/1.1\r\nX: " + "x".repeat(9_000) + "\r\n\r\n"))
                    .isEmpty();
        } catch (IOException reset) {
            assertThat(reset).hasMessageContaining("reset");
        }
        assertThat(ask("GET /secrets/TOKEN HTTP/1.1\r\n\r\n")).endsWith("t0k3n");
    }
}
