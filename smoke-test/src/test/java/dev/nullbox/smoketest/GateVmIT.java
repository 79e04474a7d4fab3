package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's Python in a guest speaks TLS by name, through the gate of the real image. */
final class GateVmIT {
    private static final String AGENT = "gated";
    /** A network that is nobody's own, as RFC 5737 has it: names may stand for addresses in it. */
    private static final String NETWORK = "192.0.2";

    private static final int PORT = 443;
    private static final String ALLOWED = "api.allowed.example";
    private static final String DENIED = "evil.example";

    /** The server's certificate is checked against the name: nobody between could have opened the connection. */
    private static final String PROGRAM = """
            import socket, ssl, time
            context = ssl.create_default_context(cadata=PEM)
            def attempt(host, name):
                start = time.monotonic()
                try:
                    with socket.create_connection((host, 443), timeout=20) as plain:
                        with context.wrap_socket(plain, server_hostname=name) as peer:
                            peer.sendall(b"hello\\n")
                            outcome = peer.makefile().readline().strip()
                except ssl.SSLError as error:
                    outcome = error.reason
                except OSError as error:
                    outcome = type(error).__name__
                print(name, outcome, "late" if time.monotonic() - start > 10 else "at-once", flush=True)
            attempt("api.allowed.example", "api.allowed.example")
            attempt("api.allowed.example", "evil.example")
            attempt("api.allowed.example", "api.allowed.example")
            print("over", flush=True)
            time.sleep(3600)
            """;

    private static String manifest(String certificate) {
        return """
                [agent]
                name = "%s"
                command = ["python3", "-c", '''
                PEM = \"""%s\"""
                %s''']
                start = "manual"
                restart = "never"
                [capabilities]
                max_cpu_percent = 100
                max_memory_mb = 256
                [capabilities.network]
                allow = ["%s"]
                """.formatted(AGENT, certificate, PROGRAM, ALLOWED);
    }

    @Test
    void tlsPassesToTheAllowedNameAlone(@TempDir Path directory) throws Exception {
        try (TlsTestServer server = TlsTestServer.start(directory, ALLOWED, DENIED);
                TestNameServer names = TestNameServer.start(NETWORK + ".100")) {
            AgentFiles agents = new AgentFiles(directory.resolve("agents"));
            agents.addDebian(AGENT, manifest(server.certificate()));
            try (Appliance appliance =
                    agents.boot(1024, boot -> names.asked(boot, NETWORK).withServer(PORT, server.port()))) {
                Nullctl nullctl = Nullctl.of(appliance.managementPort());
                Nullctl.Result started = nullctl.run("start", AGENT);
                assertThat(started.code()).as(started.errors()).isZero();
                appliance.awaitEvent(
                        event -> event.is("agent.console", "agent", AGENT)
                                && event.text("line").equals("over"),
                        Appliance.LONG,
                        "the agent to have tried all");
                assertThat(appliance.agentLines(AGENT))
                        .containsExactly(
                                ALLOWED + " welcome to " + ALLOWED + " at-once",
                                DENIED + " TLSV1_ALERT_ACCESS_DENIED at-once",
                                ALLOWED + " welcome to " + ALLOWED + " at-once",
                                "over");
                assertThat(server.arrivals()).containsExactly(ALLOWED, ALLOWED);
                Event denied = appliance.awaitEvent(
                        event -> event.is("egress.denied", "name", DENIED),
                        Appliance.SHORT,
                        "the operator to be told of the denied name");
                assertThat(denied.text("agent")).isEqualTo(AGENT);
                assertThat(denied.text("allowed_by")).isEqualTo("allow = [\"" + DENIED + "\"]");
                Nullctl.Result listed = nullctl.run("egress", "list", AGENT);
                assertThat(listed.output()).containsPattern("api\\.allowed\\.example:443 +tls ");
            }
        }
    }
}
