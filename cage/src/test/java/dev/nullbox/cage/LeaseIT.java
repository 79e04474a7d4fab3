package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonParser;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
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

/** Secrets and health of an agent in a real jail; a shell script inside stands for libkrun, a fake for the warden. */
class LeaseIT {
    private static final String UP = "echo walls >&3; echo enter >&3; exec 3>&-\n";
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

    private static String bash(String script) {
        return UP + "exec bash -c '" + script + "'\n";
    }

    @Test
    void whatIsRevokedIsGoneFromTheRunningAgent() throws Exception {
        cage.agent("lent", "[capabilities]\ncredential_refs = [{ name = \"PASS\" }, { name = \"TOKEN\" }]\n");
        CageSettings settings = cage.settings(UP + """
                cd /agent/run/secrets; exec 4<PASS; echo "got $(cat PASS) and $(cat TOKEN)"
                while [ -e PASS ] || [ -e TOKEN ]; do sleep 0.1; done
                echo "left $(cat <&4 | wc -c) bytes, $(ls -A | wc -l) files"; exec sleep 1000
                """);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "lent");
            cage.awaitLine("lent", "got s3cr3t and t0k3n");
            cage.warden().revoke("lent");
            assertThat(cage.await("agent.secret_wiped", "lent").get("why").getAsString())
                    .isEqualTo("revoked");
            cage.awaitLine("lent", "left 0 bytes, 0 files");
            assertThat(cage.listed("lent").get("state").getAsString()).isEqualTo("running");
            cage.call("agent.stop", "lent");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** The jail has handed its secrets over, and waits for the word that nobody gives it. */
    @Test
    void whatIsRevokedBeforeTheAgentBeginsIsNeverRead() throws Exception {
        cage.agent("lent", "[capabilities]\ncredential_refs = [{ name = \"PASS\" }, { name = \"TOKEN\" }]\n");
        CageSettings settings = cage.settings(UP + "echo \"got $(cat /agent/run/secrets/PASS)\"; exec sleep 1000\n");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.warden().strikeAtOnce("revoked");
            cage.call("agent.start", "lent");
            assertThat(cage.await("agent.failed", "lent").get("why").getAsString())
                    .contains("was over before the agent began: revoked");
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
        CageSettings settings = cage.settings(UP + "echo \"got $(cat /agent/run/secrets/PASS)\"; exec sleep 1000\n");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "lent");
            cage.awaitLine("lent", "got s3cr3t");
        }
        settings = cage.settings(UP
                + "echo anew; cd /agent/run/secrets; sleep 3; echo \"still $(cat PASS)\"; while [ -e PASS ]; do sleep"
                + " 0.1; done; echo \"gone at last\"; exec sleep 1000\n");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "lent");
            cage.awaitLine("lent", "still s3cr3t");
            // A warden that was started anew knows of no lease: so all are over.
            cage.warden().forget();
            cage.awaitLine("lent", "gone at last");
        }
    }

    @Test
    void whatIsLentForATimeIsGoneAfterIt() throws Exception {
        cage.agent(
                "brief",
                "[capabilities]\ncredential_refs = [{ name = \"PASS\", ttl_secs = 4 }, { name = \"TOKEN\" }]\n");
        CageSettings settings = cage.settings(UP + """
                cd /agent/run/secrets; while [ -e PASS ]; do sleep 0.1; done; echo "still $(ls)"; exec sleep 1000
                """);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "brief");
            assertThat(cage.await("agent.secret_wiped", "brief").toString())
                    .contains("\"name\":\"PASS\"", "\"why\":\"expired\"");
            cage.awaitLine("brief", "still TOKEN");
        }
    }

    @Test
    void whatIsFetchedIsThereOnceAndInNoFile() throws Exception {
        cage.agent(
                "asker",
                "[capabilities]\ncredential_refs = [{ name = \"TOKEN\", deliver = \"fetch\" }, { name = \"PASS\" }]\n");
        CageSettings settings = cage.settings("cat; echo; "
                + bash(ASK
                        + "ls /agent/run/secrets; for n in TOKEN TOKEN PASS NONE; do ask /secrets/$n; done; exit 7"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "asker");
            assertThat(cage.await("agent.exited", "asker").toString())
                    .as(cage.console("asker"))
                    .contains("\"code\":7");
            String seen = cage.console("asker");
            assertThat(seen)
                    .contains("NULLBOX_API_URL", "http://10.221.1.1:7301\"")
                    .containsSubsequence(
                            "PASS\n",
                            "HTTP/1.1 200 OK",
                            "t0k3n",
                            "HTTP/1.1 410 Gone",
                            "LEASE_SPENT",
                            "HTTP/1.1 404 Not Found",
                            "HTTP/1.1 404 Not Found");
            assertThat(cage.warden().fetched()).containsExactly("TOKEN", "TOKEN", "PASS", "NONE");
            assertThat(seen.split("t0k3n", -1)).hasSize(2);
            assertThat(seen).doesNotContain("TOKEN\nHTTP");
        }
    }

    @Test
    void aCanaryInAManifestKeepsItsAgentFromRunning() throws Exception {
        cage.agent("thief", "always", "[capabilities]\ncredential_refs = [\"BAIT\"]\n");
        CageSettings settings = cage.settings(UP + "exec sleep 1000\n");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "thief");
            assertThat(cage.await("agent.failed", "thief").get("why").getAsString())
                    .isEqualTo("canary");
            assertThat(cage.listed("thief").get("why").getAsString()).isEqualTo("canary");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** One whose manifest does not name it, too: it once got a 404, and nobody was told. */
    @ParameterizedTest
    @ValueSource(strings = {"BAIT", "TOKEN"})
    void aCanaryThatIsFetchedEndsItsAgentForGood(String named) throws Exception {
        cage.agent(
                "thief",
                "always",
                "[capabilities]\ncredential_refs = [{ name = \"" + named + "\", deliver = \"fetch\" }]\n");
        CageSettings settings = cage.settings(bash(ASK + "ask /secrets/BAIT; sleep 1000"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "thief");
            assertThat(cage.await("agent.failed", "thief").get("why").getAsString())
                    .isEqualTo("canary");
            assertThat(cage.await("agent.exited", "thief").get("signal").getAsInt())
                    .isEqualTo(9);
            cage.awaitState("thief", "failed");
            assertThat(cage.held()).isEmpty();
        }
    }

    /** Its run may be over before the warden has answered; it is not started again all the same. */
    @Test
    void whoAsksForACanaryAndIsGoneIsNotStartedAgain() throws Exception {
        cage.agent(
                "thief", "always", "[capabilities]\ncredential_refs = [{ name = \"TOKEN\", deliver = \"fetch\" }]\n");
        CageSettings settings = cage.settings(bash(
                "exec 5<>/dev/tcp/10.221.1.1/7301; printf \"GET /secrets/BAIT HTTP/1.1\\r\\n\\r\\n\" >&5; exit 1"));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "thief");
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
        CageSettings settings = cage.settings(UP + """
                exec perl -MIO::Socket::INET -e '
                  $| = 1; $s = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die $!;
                  for ($n = 1; $c = $s->accept; $n++) {
                    $l = <$c>; print "asked $n by ", $c->peerhost, " $l";
                    print $c $n < 5 ? "HTTP/1.1 200 OK\\r\\n\\r\\n" : "HTTP/1.1 500 Ill\\r\\n\\r\\n"; close $c;
                  }'
                """);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "ill");
            String why = cage.await("agent.unhealthy", "ill").get("why").getAsString();
            assertThat(why).contains("2 times in a row", "500 Ill");
            assertThat(cage.await("agent.exited", "ill").get("signal").getAsInt())
                    .isEqualTo(9);
            assertThat(cage.await("agent.failed", "ill").get("why").getAsString())
                    .isEqualTo(why);
            assertThat(cage.console("ill"))
                    .contains("asked 4 by 10.221.1.1 GET /well HTTP/1.1", "asked 6")
                    .doesNotContain("asked 7");
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
        assertThat(cage.lastParams("egress.add").toString()).contains("\"api_port\":7301", "\"health_port\":8080");
        byte[] toml = Files.readAllBytes(base.resolve("agents/told/AGENT.toml"));
        String digest =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(toml));
        assertThat(cage.lastParams("memory.attach")).isEqualTo(JsonParser.parseString("""
                        {"agent": "told", "address": "10.221.1.1", "port": 7300, "run": 1, "manifest": "%s",
                         "read": ["team/*"], "write": ["told/*"], "max_mb": 2, "max_writes_per_minute": 600}""".formatted(digest)));
    }
}
