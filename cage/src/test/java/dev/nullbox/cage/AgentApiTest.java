package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.rpc.HeapWiper;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentApiTest {
    private final AtomicInteger alarms = new AtomicInteger();
    private AgentApi api;

    @BeforeEach
    void serve() throws IOException {
        api = AgentApi.open(
                InetAddress.getLoopbackAddress(),
                0,
                InetAddress.getLoopbackAddress(),
                Set.of("TOKEN", "LEASE_SPENT", "LEASE_EXPIRED", "LEASE_REVOKED", "CANARY", "VAULT_SEALED"),
                AgentApiTest::fetch,
                alarms::incrementAndGet,
                HeapWiper.start());
    }

    @AfterEach
    void close() throws IOException {
        api.close();
    }

    private static Secret fetch(String name) throws RpcException {
        if (!name.equals("TOKEN")) {
            throw new RpcException(RpcException.Code.CONFLICT, name, "refused");
        }
        return new Secret(name, "t0k3n".getBytes(StandardCharsets.US_ASCII));
    }

    private String ask(String request) throws IOException {
        return askFrom(InetAddress.getLoopbackAddress(), request);
    }

    private String askFrom(InetAddress from, String request) throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), api.port(), from, 0)) {
            socket.setSoTimeout(10_000);
            socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            socket.shutdownOutput();
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
        }
    }

    /** As another process of the host, to which the agent's gateway address is near too. */
    @Test
    void doesNotAnswerWhoComesFromAnotherAddressThanTheAgents() throws IOException {
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
        "GET /secrets/VAULT_SEALED HTTP/1.1, 503 Service Unavailable, VAULT_SEALED",
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

    @Test
    void aCanaryRaisesTheAlarm() throws IOException {
        assertThat(ask("GET /secrets/CANARY HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 403 Forbidden\r\n");
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
