package dev.nullbox.nullctl.command.program;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.nullctl.terminal.UsageException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Forwarded ports as programs of this machine see them, with a guest that echoes once its input has ended. */
class PortForwardCommandTest extends NullctlTestCase {
    private static final Pattern LISTENS = Pattern.compile("127\\.0\\.0\\.1:([0-9]+) leads to port 8000 of coder");

    private final ByteArrayOutputStream input = new ByteArrayOutputStream();
    private final CountDownLatch inputEnded = new CountDownLatch(1);
    private String end = "{\"how\":\"exited\",\"code\":0}";
    private Thread forwarding = Thread.currentThread();

    PortForwardCommandTest(TestCertificates certificates) {
        super(certificates);
    }

    private void serve() throws Exception {
        appliance()
                .serve(
                        "cage",
                        List.of(
                                appliance().method("agent.inspect", _ -> new JsonObject()),
                                appliance().method("agent.dial", _ -> json("{\"exec\":\"e1\"}")),
                                appliance().method("agent.exec_write", this::write),
                                appliance().method("agent.exec_read", _ -> read()),
                                appliance().method("agent.exec_close", _ -> new JsonObject())));
    }

    private synchronized JsonElement write(JsonObject params) {
        byte[] data = Base64.getDecoder().decode(params.get("data").getAsString());
        input.writeBytes(data);
        if (params.get("end").getAsBoolean()) {
            inputEnded.countDown();
        }
        return json("{\"bytes\":" + data.length + "}");
    }

    private JsonElement read() {
        try {
            if (end.contains("code")) {
                assertThat(inputEnded.await(20, TimeUnit.SECONDS)).isTrue();
            }
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
        String echo = Base64.getEncoder().encodeToString(input.toByteArray());
        return json("{\"chunks\":[{\"stderr\":false,\"data\":\"" + echo + "\"}],\"exit\":" + end + "}");
    }

    private int forward() throws Exception {
        serve();
        forwarding = Thread.ofPlatform().daemon().start(() -> run("port-forward", "coder", "0:8000"));
        for (int i = 0; i < 400 && !LISTENS.matcher(out()).find(); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        Matcher listens = LISTENS.matcher(out());
        assertThat(listens.find()).as(out() + err()).isTrue();
        return Integer.parseInt(listens.group(1));
    }

    @AfterEach
    void interrupt() throws Exception {
        if (forwarding != Thread.currentThread()) {
            forwarding.interrupt();
            forwarding.join();
        }
    }

    @Test
    void bytesGoBothWaysAndTheEndOfEachIsPassedOn() throws Exception {
        int port = forward();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write("hello".getBytes(StandardCharsets.UTF_8));
            socket.shutdownOutput();
            assertThat(socket.getInputStream().readAllBytes()).asString().isEqualTo("hello");
        }
        assertThat(asked("agent.dial")).containsExactly(json("{\"agent\":\"coder\",\"port\":8000}"));
    }

    @Test
    void whatTheGuestRefusesIsResetAndTold() throws Exception {
        end = "{\"how\":\"setup\",\"why\":\"connect to 127.0.0.1:8000: ECONNREFUSED\"}";
        int port = forward();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            assertThatThrownBy(() -> socket.getInputStream().readAllBytes()).isInstanceOf(IOException.class);
        }
        for (int i = 0; i < 400 && err().isEmpty(); i++) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
        assertThat(err())
                .contains("a connection to port 8000 of coder failed: connect to 127.0.0.1:8000: ECONNREFUSED");
    }

    @Test
    void aPortThatIsTakenIsSaid() throws Exception {
        serve();
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(run("port-forward", "coder", taken.getLocalPort() + ":8000"))
                    .isEqualTo(4);
            assertThat(err()).contains("cannot listen on 127.0.0.1:" + taken.getLocalPort());
        }
    }

    @ParameterizedTest
    @CsvSource({"8000, 127.0.0.1, 8000, 8000", "80:8000, 127.0.0.1, 80, 8000", "127.0.0.2:0:1, 127.0.0.2, 0, 1"})
    void portsAreNamedInThreeWays(String word, String address, int local, int guest) throws Exception {
        PortForwardCommand.Ports ports = PortForwardCommand.Ports.parse(word);
        assertThat(ports.local().getAddress().getHostAddress()).isEqualTo(address);
        assertThat(ports.local().getPort()).isEqualTo(local);
        assertThat(ports.guest()).isEqualTo(guest);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "0", "65536", "a", "1:0", "1:", "-1:80", "1:2:3:4:x", "::"})
    void otherWordsAreRefused(String word) {
        assertThatThrownBy(() -> PortForwardCommand.Ports.parse(word))
                .isInstanceOf(UsageException.class)
                .hasMessageContaining("'" + word + "'");
    }
}
