package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Secrets and health of an agent in a real jail; a fake guest inside stands for libkrun, a fake for the warden. */
class LeaseIT {
    /** The agent's API, asked from the agent's own address. */
    private static final String ASK = """
            ask() {
              exec 5<>/dev/tcp/10.221.1.1/7301; printf "GET $1 HTTP/1.1\\r\\n\\r\\n" >&5
              cat <&5 | tr -d "\\r"; echo; exec 5>&-
            }
            """;

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private CageFixture cage;

    @BeforeEach
    void needsRoot() throws Exception {
        assertThat(libc.getuid()).as("needs root: namespaces and mounts").isZero();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        cage = new CageFixture(base);
    }

    @AfterEach
    void closeServices() {
        cage.close();
    }

    /** Output of a script in place of the agent's guest, with its address. */
    private String inTheWire(String agent, String script) throws Exception {
        String pid = cage.await("agent.started", agent).get("pid").getAsString();
        Process asked = new ProcessBuilder(
                        "nsenter",
                        "-n",
                        "-t",
                        pid,
                        "bash",
                        "-c",
                        "ip addr add 10.221.1.2/30 dev bridge0; until ip -o addr show dev bridge0 | grep -qv tentative; do :;"
                                + " done\n" + script)
                .redirectErrorStream(true)
                .start();
        String output = new String(asked.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        asked.waitFor();
        return output;
    }

    @Test
    void revokedSecretIsWipedInTheRunningGuest() throws Exception {
        cage.agent("lent", "[capabilities]\ncredential_refs = [{ name = \"PASS\" }, { name = \"TOKEN\" }]\n");
        CageSettings settings =
                cage.settings(CageFixture.guest("echo \"got $SECRET_PASS and $SECRET_TOKEN\"; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "lent");
            cage.await("agent.started", "lent");
            cage.awaitLine("lent", "got s3cr3t and t0k3n");
            cage.warden().revoke("lent");
            assertThat(cage.await("agent.secret_wiped", "lent").get("why").getAsString())
                    .isEqualTo("revoked");
            cage.awaitLine("lent", "wiped PASS");
            cage.awaitLine("lent", "wiped TOKEN");
            assertThat(cage.listed("lent").get("state").getAsString()).isEqualTo("running");
            cage.call("agent.stop", "lent");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** The jail waits for the word that nobody gives it. */
    @Test
    void secretRevokedBeforeTheAgentBeginsIsNeverRead() throws Exception {
        cage.agent("lent", "[capabilities]\ncredential_refs = [{ name = \"PASS\" }, { name = \"TOKEN\" }]\n");
        CageSettings settings = cage.settings(CageFixture.guest("echo \"got $SECRET_PASS\"; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.warden().strikeAtOnce("revoked");
            cage.call("agent.start", "lent");
            assertThat(cage.await("agent.failed", "lent").get("why").getAsString())
                    .contains("had ended before the agent began: revoked");
            assertThat(cage.console("lent")).isEmpty();
            assertThat(cage.held()).isEmpty();
            cage.forget();
            cage.warden().strikeAtOnce("");
            cage.call("agent.start", "lent");
            cage.awaitLine("lent", "got s3cr3t");
        }
    }

    /** Its first run has the number of one before, whose lease is over, and still listed. */
    @Test
    void aCageThatWasStartedAnewDoesNotTakeTheOldLeaseForTheNewOne() throws Exception {
        cage.agent("lent", "[capabilities]\ncredential_refs = [{ name = \"PASS\" }]\n");
        CageSettings settings = cage.settings(CageFixture.guest("echo \"got $SECRET_PASS\"; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "lent");
            cage.awaitLine("lent", "got s3cr3t");
        }
        settings = cage.settings(CageFixture.guest("sleep 3; echo still here; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.forget();
            cage.call("agent.start", "lent");
            cage.awaitLine("lent", "still here");
            assertThat(cage.console("lent")).isEqualTo("still here\n");
            // A warden that was started anew knows of no lease: so all are over.
            cage.warden().forget();
            cage.awaitLine("lent", "wiped PASS");
        }
    }

    @Test
    void secretWithATimeToLiveIsGoneAfterIt() throws Exception {
        cage.agent(
                "brief",
                "[capabilities]\ncredential_refs = [{ name = \"PASS\", ttl_secs = 4 }, { name = \"TOKEN\" }]\n");
        CageSettings settings = cage.settings(CageFixture.guest("exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "brief");
            assertThat(cage.await("agent.secret_wiped", "brief").toString())
                    .contains("\"name\":\"PASS\"", "\"why\":\"expired\"");
            cage.awaitLine("brief", "wiped PASS");
            assertThat(cage.console("brief")).doesNotContain("TOKEN");
        }
    }

    @Test
    void fetchedSecretIsGivenOnceAndIsInNoFile() throws Exception {
        cage.agent(
                "asker",
                "[capabilities]\ncredential_refs = [{ name = \"TOKEN\", deliver = \"fetch\" }, { name = \"PASS\" }]\n");
        CageSettings settings = cage.settings(
                CageFixture.guest("echo \"url $GUEST_NULLBOX_API_URL\"; env | grep ^SECRET_; exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "asker");
            cage.awaitLine("asker", "SECRET_PASS");
            assertThat(cage.console("asker"))
                    .contains("url http://10.221.1.1:7301\n")
                    .doesNotContain("SECRET_TOKEN");
            String seen = inTheWire("asker", ASK + "for n in TOKEN TOKEN PASS NONE; do ask /secrets/$n; done");
            assertThat(seen)
                    .containsSubsequence(
                            "HTTP/1.1 200 OK",
                            "t0k3n",
                            "HTTP/1.1 410 Gone",
                            "LEASE_SPENT",
                            "HTTP/1.1 404 Not Found",
                            "HTTP/1.1 404 Not Found");
            assertThat(cage.warden().fetched()).containsExactly("TOKEN", "TOKEN", "PASS", "NONE");
            assertThat(seen.split("t0k3n", -1)).hasSize(2);
        }
    }

    @Test
    void aCanaryInAManifestKeepsItsAgentFromRunning() throws Exception {
        cage.agent("thief", "always", "[capabilities]\ncredential_refs = [\"BAIT\"]\n");
        CageSettings settings = cage.settings(CageFixture.guest("exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "thief");
            assertThat(cage.await("agent.failed", "thief").get("why").getAsString())
                    .isEqualTo("canary");
            assertThat(cage.listed("thief").get("why").getAsString()).isEqualTo("canary");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** A canary that the manifest does not name. Regression: it got a 404, without an alarm. */
    @ParameterizedTest
    @ValueSource(strings = {"BAIT", "TOKEN"})
    void aCanaryThatIsFetchedEndsItsAgentForGood(String named) throws Exception {
        cage.agent(
                "thief",
                "always",
                "[capabilities]\ncredential_refs = [{ name = \"" + named + "\", deliver = \"fetch\" }]\n");
        CageSettings settings = cage.settings(CageFixture.guest("exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "thief");
            inTheWire("thief", ASK + "ask /secrets/BAIT");
            assertThat(cage.await("agent.failed", "thief").get("why").getAsString())
                    .isEqualTo("canary");
            assertThat(cage.await("agent.exited", "thief").get("how").getAsString())
                    .isEqualTo("killed");
            cage.awaitState("thief", "failed");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** Its run may be over before the warden has answered; it is not started again all the same. */
    @Test
    void agentThatAskedForACanaryAndEndedIsNotRestarted() throws Exception {
        cage.agent(
                "thief", "always", "[capabilities]\ncredential_refs = [{ name = \"TOKEN\", deliver = \"fetch\" }]\n");
        CageSettings settings = cage.settings(CageFixture.guest("exec sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "thief");
            inTheWire(
                    "thief",
                    "exec 5<>/dev/tcp/10.221.1.1/7301; printf \"GET /secrets/BAIT HTTP/1.1\\r\\n\\r\\n\" >&5; kill -9 "
                            + cage.await("agent.started", "thief").get("pid"));
            cage.awaitState("thief", "failed");
            assertThat(cage.listed("thief").get("why").getAsString()).isEqualTo("canary");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** Well for longer than it takes to be found unwell, so that a probe that never arrives cannot pass. */
    @Test
    void anAgentThatIsNoLongerWellIsEnded() throws Exception {
        cage.agent(
                "ill",
                "[capabilities.health_check]\nport = 8080\npath = \"/well\"\ninterval_secs = 1\nmax_failures = 2\n");
        CageSettings settings = cage.settings(CageFixture.guest("exec sleep 1000", "4"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "ill");
            String why = cage.await("agent.unhealthy", "ill").get("why").getAsString();
            assertThat(why).contains("2 times in a row", "500 Ill");
            assertThat(cage.await("agent.exited", "ill").get("how").getAsString())
                    .isEqualTo("killed");
            assertThat(cage.await("agent.failed", "ill").get("why").getAsString())
                    .isEqualTo(why);
            assertThat(cage.console("ill"))
                    .contains("check 4 of 8080/well", "check 6")
                    .doesNotContain("check 7");
        }
    }

    @Test
    void everyServiceIsToldWhatTheManifestSays() throws Exception {
        cage.agent("told", """
                [capabilities]
                credential_refs = [{ name = "PASS", version = 2, ttl_secs = 60 }, { name = "TOKEN", deliver = "fetch", reads = 3 }]
                [capabilities.memory]
                read = ["team/*"]
                max_mb = 2
                [capabilities.health_check]
                port = 8080
                """);
        CageSettings settings = cage.settings("exit 0\n");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "told");
            cage.await("agent.exited", "told");
        }
        assertThat(cage.lastParams("vault.lease").get("refs")).isEqualTo(JsonParser.parseString("""
                        [{"name": "PASS", "version": 2, "ttl_s": 60, "deliver": "file"},
                         {"name": "TOKEN", "reads": 3, "deliver": "fetch"}]"""));
        assertThat(cage.lastParams("egress.add").toString()).contains("\"api_port\":7301");
        byte[] toml = Files.readAllBytes(base.resolve("agents/told/AGENT.toml"));
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(toml));
        assertThat(cage.lastParams("memory.attach")).isEqualTo(JsonParser.parseString("""
                        {"agent": "told", "address": "10.221.1.1", "port": 7300, "run": 1, "manifest": "%s",
                         "read": ["team/*"], "write": ["told/*"], "max_mb": 2, "max_writes_per_minute": 600}""".formatted(digest)));
    }
}
