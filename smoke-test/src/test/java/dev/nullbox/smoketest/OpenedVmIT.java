package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Debian's Python in a guest uses a placeholder as if it were the key: the host outside has the secret, the guest has it
 * nowhere, and no setting of TLS was needed in the agent.
 */
final class OpenedVmIT {
    private static final String AGENT = "opened";
    private static final String NETWORK = "192.0.2";
    private static final int PORT = 443;
    private static final int KEY_BYTES = 32;
    private static final String HOST = "api.opened.example";
    private static final String VALUE = "sk-of-the-operator/and-of-nobody-else";

    /** The standard library trusts what SSL_CERT_FILE names; each answer repeats the credentials of its request. */
    private static final String PROGRAM = """
            import os, subprocess, time, urllib.error, urllib.request
            key = os.environ["API_KEY"]
            def ask(path, authorization):
                request = urllib.request.Request("https://api.opened.example" + path, headers={"Authorization": authorization})
                try:
                    with urllib.request.urlopen(request, timeout=30) as answer:
                        return str(answer.status) + " " + answer.read().decode().strip()
                except urllib.error.HTTPError as error:
                    return str(error.code) + " " + error.read().decode().strip()
                except OSError as error:
                    return type(error).__name__ + " " + str(error)
            print("placeholder", key[:3], len(key), flush=True)
            answer = ask("/first", "Bearer " + key)
            while "sealed" in answer:
                print("waits", answer, flush=True)
                time.sleep(1)
                answer = ask("/unsealed", "Bearer " + key)
            print("bearer", answer, flush=True)
            print("other", ask("/other", "Digest " + key) == "200 you are Digest " + key, flush=True)
            bundle = open(os.environ["SSL_CERT_FILE"]).read()
            print("trust", bundle.count("BEGIN CERTIFICATE") > 100, os.environ["GIT_SSL_CAINFO"], flush=True)
            def run(name, *words):
                done = subprocess.run(words, capture_output=True, text=True, timeout=300)
                print(name, (done.stdout + done.stderr).strip().replace("\\n", " "), flush=True)
            url = "https://api.opened.example/"
            run("curl", "curl", "-sS", "-H", "Authorization: Bearer " + key, url + "curl")
            run("git", "git", "-c", "http.extraHeader=Authorization: Bearer " + key, "ls-remote", url + "git")
            run("node", "node", "-e", "fetch(process.argv[1], {headers: {authorization: 'Bearer ' + process.argv[2]}})"
                ".then(answer => answer.text()).then(console.log, error => console.log(error, error.cause))", url + "node", key)
            print("over", flush=True)
            answer = ask("/late", "Bearer " + key)
            while not answer.startswith("503"):
                time.sleep(0.5)
                answer = ask("/late", "Bearer " + key)
            print("revoked", answer, flush=True)
            time.sleep(3600)
            """;

    private static String manifest(String certificate) {
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
                allow = [{ host = "%s", secret = "API_KEY", as = "bearer", prefix = "sk-", ca = \"""
                %s\""" }]
                """.formatted(AGENT, PROGRAM, HOST, certificate);
    }

    @Test
    void theHostHasTheSecretAndTheGuestAPlaceholder(@TempDir Path directory) throws Exception {
        try (TlsTestServer server = TlsTestServer.startHttp(directory, HOST);
                TestNameServer names = TestNameServer.start(NETWORK + ".100")) {
            AgentFiles agents = new AgentFiles(directory.resolve("agents"));
            agents.addDebian(AGENT, manifest(server.certificate()));
            try (Appliance appliance =
                    agents.boot(1024, boot -> names.asked(boot, NETWORK).withServer(PORT, server.port()))) {
                Nullctl nullctl = Nullctl.of(appliance.managementPort());
                // A key, as it opens the vault at once: a passphrase takes an emulated processor a minute.
                Path file = Files.write(directory.resolve("vault.key"), new byte[KEY_BYTES]);
                Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
                String key = file.toString();
                succeeds(nullctl.run("vault", "init", "--key-file", key));
                succeeds(nullctl.runWithInput(VALUE, "vault", "set", "API_KEY"));
                succeeds(nullctl.run("vault", "seal"));
                succeeds(nullctl.run("start", AGENT));
                awaitLine(appliance, "waits 503", "the gate to say that the vault is sealed");
                succeeds(nullctl.run("vault", "unseal", "--key-file", key));
                awaitLine(appliance, "over", "the agent to have tried all");
                Nullctl.Result listed = nullctl.run("egress", "list", AGENT);
                assertThat(listed.output()).contains("SECRETS", "API_KEY");
                assertThat(nullctl.run("egress", "explain", AGENT, HOST).output())
                        .contains("puts API_KEY in");
                succeeds(nullctl.run("vault", "revoke", AGENT));
                awaitLine(appliance, "revoked 503", "the gate to have no secret any more");
                List<String> lines = appliance.agentLines(AGENT);
                assertThat(lines)
                        .contains(
                                "placeholder sk- 39",
                                "bearer 200 you are Bearer " + "*".repeat(VALUE.length()),
                                "other True",
                                "trust True /run/nullbox/ca-certificates.crt",
                                "curl you are Bearer " + "*".repeat(VALUE.length()),
                                "node you are Bearer " + "*".repeat(VALUE.length()),
                                "over")
                        .anyMatch(line -> line.startsWith("waits 503 NullBox: the vault is sealed"));
                String encoded = Base64.getEncoder().encodeToString(VALUE.getBytes(StandardCharsets.US_ASCII));
                assertThat(String.join("\n", lines)).doesNotContain(VALUE, encoded);
                // What git does with an answer that is no repository's is its own affair: it trusted the host to ask.
                assertThat(server.arrivals())
                        .contains(
                                HOST + "/unsealed Bearer " + VALUE,
                                HOST + "/curl Bearer " + VALUE,
                                HOST + "/git/info/refs?service=git-upload-pack Bearer " + VALUE,
                                HOST + "/node Bearer " + VALUE);
            }
        }
    }

    private static void succeeds(Nullctl.Result result) {
        assertThat(result.code()).as(result.errors()).isZero();
    }

    private static void awaitLine(Appliance appliance, String beginning, String what) throws Exception {
        appliance.awaitEvent(
                event -> event.is("agent.console", "agent", AGENT)
                        && event.text("line").startsWith(beginning),
                Appliance.LONG,
                what);
    }
}
