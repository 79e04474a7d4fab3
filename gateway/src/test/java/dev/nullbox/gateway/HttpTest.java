package dev.nullbox.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.JsonRpcCodec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.TlsCredentials;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

/** The management port over HTTP/1.1, asked by curl and by clients that break rules. */
@ExtendWith(CertificatesExtension.class)
class HttpTest {
    private final TestCertificates certificates;

    @TempDir
    private Path sockets;

    HttpTest(TestCertificates certificates) {
        this.certificates = certificates;
    }

    @Test
    void curlCallsMethodsOneAfterTheOtherOnOneConnection() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            appliance.serve("cage", "agent.list", "[]", "agent.stop", "{}");
            String url = "https://nullbox:" + appliance.port() + "/v1/";
            String said = curl(
                    appliance,
                    "-v",
                    "--json",
                    "{}",
                    url + "agent.list",
                    "--next",
                    "--json",
                    "{\"agent\":\"coder\"}",
                    url + "agent.stop");
            assertThat(said).contains("[]*", "{}", "Re-using existing connection", "HTTP/1.1 200 OK");
            assertThat(appliance.asked()).containsExactly("agent.list {}", "agent.stop {\"agent\":\"coder\"}");
            assertThat(appliance.callers())
                    .allSatisfy(caller -> assertThat(caller.operator())
                            .hasValueSatisfying(
                                    operator -> assertThat(operator.name()).isEqualTo("operator")));
            assertThat(appliance.events())
                    .contains("\"method\":\"agent.stop\",\"ok\":true")
                    .doesNotContain("agent.list");
        }
    }

    @Test
    void errorIsAProblemWithCodeFieldAndRemedy() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            appliance.serve("cage", List.of(appliance.method("agent.start", params -> {
                throw new RpcException(ErrorKind.NOT_FOUND, "AGENT_UNKNOWN", "no agent nobody", "agent");
            })));
            Answer answer = ask(appliance, post("/v1/agent.start", "{\"agent\":\"nobody\"}"));
            assertThat(answer.status()).isEqualTo(404);
            assertThat(answer.head()).contains("application/problem+json");
            assertThat(answer.json().get("title").getAsString()).isEqualTo("Not Found");
            assertThat(answer.json().get("code").getAsString()).isEqualTo("AGENT_UNKNOWN");
            assertThat(answer.json().get("field").getAsString()).isEqualTo("agent");
            assertThat(answer.json().get("detail").getAsString()).isEqualTo("no agent nobody");
            assertThat(answer.json().get("remedy").getAsString())
                    .isEqualTo(Methods.remedy(ErrorKind.NOT_FOUND, "AGENT_UNKNOWN"));
        }
    }

    /** Each request, and what is said of it. */
    @Test
    void wrongRequestsAreRefusedByName() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            appliance.serve("cage", "agent.list", "[]");
            refused(appliance, post("/v1/agent.nonsense", "{}"), 404, "NOT_ROUTED");
            refused(appliance, post("/v1/vault.lease", "{}"), 404, "NOT_ROUTED");
            refused(appliance, post("/v1/agent.list", "{"), 400, "JSON");
            refused(appliance, post("/v1/agent.list", "[]"), 400, "NOT_AN_OBJECT");
            refused(appliance, post("/v2/agent.list", "{}"), 404, "HTTP_PATH");
            refused(appliance, post("/v1/agent/nonsense", "{}"), 404, "HTTP_PATH");
            refused(
                    appliance,
                    post("/v1/nobody/files", "{}", "Content-Type: application/octet-stream"),
                    404,
                    "HTTP_PATH");
            refused(appliance, head("GET", "/v1/agent.list"), 405, "HTTP_METHOD");
            refused(appliance, head("DELETE", "/v1/openapi.json"), 405, "HTTP_METHOD");
            refused(appliance, head("GET", "/v1/events?since=1"), 400, "HTTP");
            refused(appliance, head("GET", "/v1/events?after=x"), 400, "HTTP");
            refused(appliance, post("/v1/agent.list", "{}", "Content-Type: text/plain"), 415, "HTTP_TYPE");
            refused(appliance, post("/v1/agent.list", "{}", "Origin: https://example.org"), 403, "HTTP_ORIGIN");
            refused(appliance, "GET /v1/openapi.json HTTP/1.1\r\n\r\n", 400, "HTTP");
            refused(appliance, "GET\r\n\r\n", 400, "HTTP");
            refused(appliance, head("CONNECT", "nullbox:7443"), 404, "HTTP_PATH");
            refused(appliance, head("OPTIONS", "*"), 404, "HTTP_PATH");
            refused(appliance, head("GET", "/" + "x".repeat(9_000)), 431, "HTTP");
            refused(appliance, "GET / HTTP/1.1\r\n" + "a: b\r\n".repeat(200) + "\r\n", 400, "HTTP");
            refused(appliance, "GET / HTTP/3.0\r\nHost: nullbox\r\n\r\n", 505, "HTTP");
            refused(
                    appliance,
                    post("/v1/agent.list", " ".repeat(JsonRpcCodec.MAX_MESSAGE_BYTES) + "{}"),
                    413,
                    "REQUEST_TOO_LARGE");
            assertThat(appliance.asked()).isEmpty();
        }
    }

    @Test
    void requestInSingleBytesIsAnsweredAsAWhole() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            appliance.serve("cage", "agent.list", "[1]");
            try (SSLSocket client = connect(appliance)) {
                for (byte one : post("/v1/agent.list", "{\"a\":1}").getBytes(StandardCharsets.US_ASCII)) {
                    client.getOutputStream().write(one);
                }
                assertThat(Answer.read(client.getInputStream()).body()).isEqualTo("[1]");
            }
        }
    }

    @Test
    void bodyOfNothingIsNoParameters() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            appliance.serve("cage", "agent.list", "[]");
            assertThat(ask(appliance, head("POST", "/v1/agent.list")).status()).isEqualTo(200);
            String empty = "POST /v1/agent.list HTTP/1.1\r\nHost: nullbox\r\nContent-Length: 0\r\n\r\n";
            assertThat(ask(appliance, empty).status()).isEqualTo(200);
            assertThat(ask(appliance, post("/v1/agent.list", "")).status()).isEqualTo(200);
            assertThat(appliance.asked()).containsOnly("agent.list {}");
        }
    }

    @Test
    void fileIsSentInChunksAndComesBackWhole() throws Exception {
        byte[] file = new byte[1_300_000];
        new Random(7).nextBytes(file);
        ByteArrayOutputStream held = new ByteArrayOutputStream();
        try (FakeAppliance appliance = appliance()) {
            appliance.serve(
                    "ctxgraph",
                    List.of(
                            appliance.method("memory.transfer.write", params -> {
                                assertThat(params.get("offset").getAsLong()).isEqualTo(held.size());
                                assertThat(params.has("transfer")).isEqualTo(held.size() > 0);
                                held.writeBytes(Base64.getDecoder()
                                        .decode(params.get("data").getAsString()));
                                return JsonParser.parseString("{\"transfer\":\"t1\",\"bytes\":" + held.size() + "}");
                            }),
                            appliance.method("memory.transfer.read", params -> {
                                int from = params.get("offset").getAsInt();
                                int to = Math.min(file.length, from + 500_000);
                                JsonObject chunk = new JsonObject();
                                chunk.addProperty(
                                        "data", Base64.getEncoder().encodeToString(Arrays.copyOfRange(file, from, to)));
                                chunk.addProperty("end", to == file.length);
                                return chunk;
                            })));
            Path sent = Files.write(sockets.resolve("sent"), file);
            Path received = sockets.resolve("received");
            String url = "https://nullbox:" + appliance.port() + "/v1/memory/files";
            String said = curl(
                    appliance,
                    "-H",
                    "Content-Type: application/octet-stream",
                    "-X",
                    "POST",
                    "-T",
                    sent.toString(),
                    url,
                    "--next",
                    "-o",
                    received.toString(),
                    url + "/t1");
            assertThat(said).contains("\"transfer\":\"t1\",\"bytes\":1300000,\"sha256\":\"");
            assertThat(held.toByteArray()).isEqualTo(file);
            assertThat(received).hasBinaryContent(file);
        }
    }

    @Test
    void refusedChunkEndsItsTransfer() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            AtomicInteger chunks = new AtomicInteger();
            appliance.serve(
                    "cage",
                    List.of(
                            appliance.method("agent.transfer.write", params -> {
                                if (chunks.incrementAndGet() > 1) {
                                    throw new RpcException(ErrorKind.UNAVAILABLE, "FULL", "no room is left");
                                }
                                return JsonParser.parseString("{\"transfer\":\"t9\",\"bytes\":524288}");
                            }),
                            appliance.method("agent.transfer.drop", params -> new JsonObject())));
            String body = "x".repeat(600_000);
            Answer answer = ask(appliance, post("/v1/agent/files", body, "Content-Type: application/octet-stream"));
            assertThat(answer.status()).isEqualTo(503);
            assertThat(answer.json().get("detail").getAsString()).isEqualTo("no room is left");
            assertThat(appliance.asked()).endsWith("agent.transfer.drop {\"transfer\":\"t9\"}");
        }
    }

    @Test
    void eventsComeAsAStreamThatEndsWithTheGateway() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            AtomicInteger pages = new AtomicInteger();
            appliance.serve(
                    "nulld",
                    List.of(
                            appliance.method(
                                    "nulld.logs",
                                    params -> JsonParser.parseString(
                                            pages.incrementAndGet() > 1
                                                    ? "{\"records\":[],\"next\":9}"
                                                    : "{\"records\":[{\"seq\":8,\"t\":1.5,\"source\":\"cage\",\"text\":\"a line\"},"
                                                            + "{\"seq\":9,\"t\":1.5,\"source\":\"cage\",\"event\":\"agent.started\"}],\"next\":9}"))));
            try (SSLSocket client = connect(appliance)) {
                client.getOutputStream().write(head("GET", "/v1/events?after=7").getBytes(StandardCharsets.US_ASCII));
                StringBuilder said = new StringBuilder();
                while (said.indexOf("\n:\n") < 0 && said.indexOf("\r\n:\n") < 0) {
                    said.append(TlsClient.line(client)).append('\n');
                }
                assertThat(said.toString())
                        .contains("text/event-stream", "id: 9\nevent: agent.started\ndata: {\"seq\":9,")
                        .doesNotContain("a line");
                assertThat(appliance.asked().getFirst()).contains("\"after\":7");
                Thread.ofVirtual().start(appliance.gateway()::close);
                // The chunks' end mark: the client sees an end and no cut.
                assertThat(TlsClient.untilItEnds(client)).endsWith("0\r\n\r\n");
            }
        }
    }

    @Test
    void figuresAreOpenMetrics() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            appliance.serve("cage", "agent.metrics", "{\"open_metrics\":\"# EOF\\n\"}");
            Answer answer = ask(appliance, head("GET", "/metrics"));
            assertThat(answer.head()).contains("application/openmetrics-text; version=1.0.0");
            assertThat(answer.body()).isEqualTo("# EOF\n");
        }
    }

    @Test
    void documentNamesEachMethodOfOperators() throws Exception {
        try (FakeAppliance appliance = appliance()) {
            JsonObject document =
                    ask(appliance, head("GET", "/v1/openapi.json")).json();
            List<String> paths =
                    new ArrayList<>(document.getAsJsonObject("paths").keySet());
            assertThat(document.get("openapi").getAsString()).startsWith("3.1");
            assertThat(paths).contains("/v1/agent.list", "/v1/vault.set", "/v1/memory.get", "/v1/nulld.shutdown");
            assertThat(paths).doesNotContain("/v1/vault.lease", "/v1/egress.add", "/v1/memory.attach");
        }
    }

    private FakeAppliance appliance() throws Exception {
        return new FakeAppliance(sockets, certificates.directory("good"));
    }

    private SSLSocket connect(FakeAppliance appliance) throws IOException {
        return TlsClient.connect(appliance, TlsClient.operator(certificates), "TLSv1.3");
    }

    private void refused(FakeAppliance appliance, String request, int status, String code) throws Exception {
        Answer answer = ask(appliance, request);
        assertThat(answer.status())
                .as(request.substring(0, Math.min(80, request.length())))
                .isEqualTo(status);
        assertThat(answer.json().get("code").getAsString()).isEqualTo(code);
        assertThat(answer.json().get("remedy").getAsString()).isNotEmpty();
    }

    private Answer ask(FakeAppliance appliance, String request) throws Exception {
        try (SSLSocket client = connect(appliance)) {
            client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
            return Answer.read(client.getInputStream());
        }
    }

    private static String head(String method, String path) {
        return method + " " + path + " HTTP/1.1\r\nHost: nullbox\r\n\r\n";
    }

    private static String post(String path, String body) {
        return post(path, body, "Content-Type: application/json");
    }

    private static String post(String path, String body, String header) {
        String type = header.startsWith("Content-Type") ? "" : "Content-Type: application/json\r\n";
        return "POST " + path + " HTTP/1.1\r\nHost: nullbox\r\n" + type + header + "\r\nContent-Length: "
                + body.length() + "\r\n\r\n" + body;
    }

    /** One run of the real curl, with the operator's credentials in each of its requests: its output and its errors. */
    private String curl(FakeAppliance appliance, String... requests) throws Exception {
        Path credentials = certificates.directory("good");
        List<String> always = List.of(
                "-sS",
                "--max-time",
                "60",
                "--cacert",
                credentials.resolve("ca.pem").toString(),
                "--cert-type",
                "P12",
                "--cert",
                credentials.resolve("client.p12") + ":" + TlsCredentials.PASSWORD,
                "--resolve",
                "nullbox:" + appliance.port() + ":127.0.0.1");
        List<String> words = new ArrayList<>(List.of("curl"));
        words.addAll(always);
        for (String word : requests) {
            words.add(word);
            if (word.equals("--next")) {
                words.addAll(always);
            }
        }
        Process process = new ProcessBuilder(words).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
        return said;
    }

    /** A response with a length. */
    private record Answer(int status, String head, String body) {
        static Answer read(InputStream in) throws IOException {
            StringBuilder head = new StringBuilder();
            while (head.indexOf("\r\n\r\n") < 0) {
                int next = in.read();
                assertThat(next).as("the head so far: %s", head).isNotNegative();
                head.append((char) next);
            }
            int length = head.toString()
                    .lines()
                    .filter(line -> line.startsWith("Content-Length: "))
                    .map(line -> Integer.parseInt(line.substring("Content-Length: ".length())))
                    .findFirst()
                    .orElseThrow();
            return new Answer(
                    Integer.parseInt(head.substring(9, 12)),
                    head.toString(),
                    new String(in.readNBytes(length), StandardCharsets.UTF_8));
        }

        JsonObject json() {
            return JsonParser.parseString(body).getAsJsonObject();
        }
    }
}
