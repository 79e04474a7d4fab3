package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Debian's Python in a guest, which knows hosts by their names: it reaches what its manifest allows, and is told the rest. */
final class NamesVmIT {
    private static final String AGENT = "names";
    /** A network that is nobody's own, as RFC 5737 has it: names may stand for addresses in it. */
    private static final String NETWORK = "192.0.2";

    private static final int PORT = 7001;

    private static final int REFUSED_PORT = 7002;
    /** Of the names that share the server's address, the one by which the agent knew it when it was refused. */
    private static final String REFUSED_NAME = "api.allowed.example";

    /** What it finds, in a line for each: the place, how it went, and whether that was known at once. */
    private static final String PROGRAM = """
            import errno, socket, time
            def attempt(name, port):
                start = time.monotonic()
                try:
                    with socket.create_connection((name, port), timeout=20) as peer:
                        peer.sendall(b"hello\\n")
                        outcome = "open " + peer.makefile().readline().strip()
                except socket.gaierror as error:
                    outcome = "unknown" if error.errno == socket.EAI_NONAME else "again"
                except OSError as error:
                    outcome = errno.errorcode.get(error.errno, str(error))
                print(name, port, outcome, "late" if time.monotonic() - start > 5 else "at-once", flush=True)
            attempt("192.0.2.100", 7001)
            attempt("api.allowed.example", 7001)
            attempt("api.allowed.example", 7002)
            attempt("deep.wild.example", 7001)
            attempt("c2VjcmV0.denied.example", 7001)
            attempt("192.0.2.2", 22)
            attempt("localhost", 9)
            attempt(socket.gethostname(), 9)
            print("over", flush=True)
            time.sleep(3600)
            """;

    private static String manifest() {
        return """
                [agent]
                name = "%s"
                command = ["python3", "-c", '''
                %s''']
                start = "manual"
                restart = "never"
                [capabilities]
                max_cpu_percent = 100
                max_memory_mb = 256
                [capabilities.network]
                allow = ["api.allowed.example:%d", "*.wild.example:%d"]
                """.formatted(AGENT, PROGRAM, PORT, PORT);
    }

    private static void run(Appliance appliance) throws Exception {
        Nullctl.Result started = Nullctl.of(appliance.managementPort()).run("start", AGENT);
        assertThat(started.code()).as(started.errors()).isZero();
        appliance.awaitEvent(
                event -> event.is("agent.console", "agent", AGENT)
                        && event.text("line").equals("over"),
                Appliance.LONG,
                "the agent to have tried all");
    }

    private static Appliance boot(Path directory, UnaryOperator<Boot> change) throws Exception {
        AgentFiles agents = new AgentFiles(directory.resolve("agents"));
        agents.addDebian(AGENT, manifest());
        return agents.boot(1024, change);
    }

    @Test
    void anAgentReachesHostsByNameAndIsToldAtOnceWhatItMayNot(@TempDir Path directory) throws Exception {
        try (TestServer server = TestServer.start("welcome");
                TestNameServer names = TestNameServer.start(NETWORK + ".100");
                Appliance appliance =
                        boot(directory, boot -> names.asked(boot, NETWORK).withServer(PORT, server))) {
            run(appliance);
            assertThat(appliance.agentLines(AGENT))
                    .containsExactly(
                            "192.0.2.100 7001 EHOSTUNREACH at-once",
                            "api.allowed.example 7001 open welcome at-once",
                            "api.allowed.example 7002 EHOSTUNREACH at-once",
                            "deep.wild.example 7001 open welcome at-once",
                            "c2VjcmV0.denied.example 7001 unknown at-once",
                            "192.0.2.2 22 EHOSTUNREACH at-once",
                            "localhost 9 ECONNREFUSED at-once",
                            AGENT + " 9 ECONNREFUSED at-once",
                            "over");
            assertThat(names.asked()).contains("api.allowed.example", "deep.wild.example");
            assertThat(names.asked())
                    .allMatch(name ->
                            List.of("api.allowed.example", "deep.wild.example").contains(name));
            assertThat(server.arrivals()).hasSize(2);
            Event refused = appliance.awaitEvent(
                    event -> event.is("egress.name_refused", "name", "c2vjcmv0.denied.example"),
                    Appliance.SHORT,
                    "the operator to be told of the name");
            assertThat(refused.text("allowed_by")).isEqualTo("allow = [\"c2vjcmv0.denied.example\"]");
            Event denied = appliance.awaitEvent(
                    event -> event.is("egress.denied", "agent", AGENT) && event.number("port") == REFUSED_PORT,
                    Appliance.SHORT,
                    "the operator to be told of the connection");
            assertThat(denied.text("allowed_by")).isEqualTo("allow = [\"" + REFUSED_NAME + ":7002\"]");
            theOperatorIsToldOfIt(Nullctl.of(appliance.managementPort()));
        }
    }

    private static void theOperatorIsToldOfIt(Nullctl nullctl) throws Exception {
        assertThat(output(nullctl, "egress", "list", AGENT))
                .containsPattern("api\\.allowed\\.example:7001 +raw +- +[1-9]")
                .containsPattern("\\*\\.wild\\.example:7001 +raw +- +[1-9]")
                .containsPattern("[1-9][0-9]* +all that AGENT.toml does not allow");
        assertThat(output(nullctl, "egress", "explain", AGENT, "api.allowed.example:7001"))
                .contains("names reaches api.allowed.example:7001");
        assertThat(output(nullctl, "egress", "explain", AGENT, "denied.example"))
                .contains("names does not reach denied.example", "NXDOMAIN");
        String learnt = output(nullctl, "egress", "learn", AGENT);
        assertThat(learnt)
                .startsWith("allow = [\"api.allowed.example:7001\", \"*.wild.example:7001\"")
                .contains("\"" + REFUSED_NAME + ":7002\"", "\"c2vjcmv0.denied.example\"", "\"192.0.2.2:22\"");
        assertThat(output(nullctl, "stop", AGENT)).isNotNull();
        assertThat(output(nullctl, "egress", "learn", AGENT)).isEqualTo(learnt);
    }

    private static String output(Nullctl nullctl, String... words) throws Exception {
        Nullctl.Result result = nullctl.run(words);
        assertThat(result.code()).as(result.errors()).isZero();
        return result.output();
    }

    /** QEMU's own name server, 3 in its network, asks this machine's: whether that answers, no, or not at all, it was asked. */
    @Test
    void theLeaseTellsTheNameServers(@TempDir Path directory) throws Exception {
        try (Appliance appliance = boot(directory, boot -> boot.withNetwork(NETWORK))) {
            run(appliance);
            if (!appliance.agentLines(AGENT).contains("api.allowed.example 7001 unknown at-once")) {
                Event refused = appliance.awaitEvent(
                        event -> event.is("egress.name_refused", "name", "api.allowed.example"),
                        Appliance.SHORT,
                        "the name server of the lease to be asked");
                assertThat(refused.text("reason")).contains(NETWORK + ".3");
            }
        }
    }
}
