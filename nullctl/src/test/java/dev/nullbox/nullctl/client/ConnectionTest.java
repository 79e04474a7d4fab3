package dev.nullbox.nullctl.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.gateway.FakeAppliance;
import dev.nullbox.gateway.TestCertificates;
import dev.nullbox.nullctl.NullctlMain;
import dev.nullbox.nullctl.NullctlTestCase;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.Methods;
import dev.nullbox.rpc.RpcException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Connections to the appliance, good and bad, and the exit codes. */
class ConnectionTest extends NullctlTestCase {
    ConnectionTest(TestCertificates certificates) {
        super(certificates);
    }

    @Test
    void saysCodeFieldAndRemedyOfARefusal() throws Exception {
        appliance().serve("cage", List.of(appliance().method("agent.start", params -> {
            throw new RpcException(ErrorKind.NOT_FOUND, "AGENT_UNKNOWN", "there is no agent nobody", "agent");
        })));
        assertThat(run("start", "nobody")).isEqualTo(1);
        assertThat(err())
                .contains("NOT_FOUND AGENT_UNKNOWN", "field:  agent", "no agent nobody", "remedy: nullctl agents");
        assertThat(out()).isEmpty();
    }

    @Test
    void answersThreeAndTheRemedyWhenNobodyListens() throws Exception {
        int closed;
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            closed = socket.getLocalPort();
        }
        String credentials = certificates().directory("good").toString();
        assertThat(runAlone("--address", "127.0.0.1:" + closed, "--credentials", credentials, "status"))
                .isEqualTo(3);
        assertThat(err()).contains("127.0.0.1:" + closed, "nothing listens", "remedy: boot the appliance");
    }

    @Test
    void answersThreeWhenEitherCertificateIsWrong() throws Exception {
        appliance().serve("nulld", "nulld.status", "{}");
        assertThat(runAs("stranger", "status")).isEqualTo(3);
        assertThat(err()).contains("does not accept this client", "--credentials");
        assertThat(runAs("nobody", "status")).isEqualTo(3);
        assertThat(err()).contains("its certificate is not one");
        assertThat(appliance().asked()).isEmpty();
    }

    @Test
    void pinsTheServersName(@TempDir Path other) throws Exception {
        try (FakeAppliance misnamed = new FakeAppliance(other, certificates().directory("misnamed"))) {
            misnamed.serve("nulld", "nulld.status", "{}");
            String good = certificates().directory("good").toString();
            assertThat(runAlone("--address", "localhost:" + misnamed.port(), "--credentials", good, "status"))
                    .isEqualTo(3);
            assertThat(err()).contains("its certificate is not one");
        }
    }

    @Test
    void refusesAKeyThatOthersMayRead(@TempDir Path directory) throws Exception {
        for (String file : List.of("client.p12", "ca.pem")) {
            Files.copy(certificates().directory("good").resolve(file), directory.resolve(file));
        }
        Path key = directory.resolve("client.p12");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        String[] status = {
            "--address", "127.0.0.1:" + appliance().port(), "--credentials", directory.toString(), "status"
        };
        assertThat(runAlone(status)).isEqualTo(3);
        assertThat(err()).contains("chmod 600 " + key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        appliance().serve("nulld", "nulld.status", "{}");
        assertThat(runAlone(status)).as("the allowed twin").isZero();
    }

    @Test
    void waitsLongerThanTheGateway() {
        for (Method<?> method : Methods.ALL) {
            assertThat(ApplianceClient.timeout(method)).isGreaterThan(method.deadline());
        }
        assertThat(ApplianceClient.timeout(MemoryContract.IMPORT)).isGreaterThan(Duration.ofMinutes(59));
    }

    @Test
    void looksForCredentialsInTheCache(@TempDir Path cache) {
        assertThat(NullctlMain.run(io(Map.of("NULLBOX_CACHE", cache.toString())), "status"))
                .isEqualTo(3);
        assertThat(err()).contains("there is no " + cache.resolve("credentials/client.p12"), "./nullbox boot");
    }
}
