package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.netlink.Rtnetlink;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sandbox on a real kernel; a shell script inside stands for libkrun and reports what it sees. */
class CageJailIT {
    private static final String SLEEPER = CageFixture.guest("echo up; exec sleep 1000");

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private CageFixture cage;

    @BeforeEach
    void needsRoot() throws Exception {
        cage = CageFixture.asRoot(libc, base);
    }

    @AfterEach
    void closeServices() {
        cage.close();
    }

    private void nothingIsLeft(CageSettings settings, String agent) throws Exception {
        assertThat(settings.cgroups().resolve("agents").resolve(agent)).doesNotExist();
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            assertThatThrownBy(() -> links.indexOf("nb1")).isInstanceOf(SyscallException.class);
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).doesNotContain(base.toString());
    }

    private static JsonObject question(String agent) {
        JsonObject params = new JsonObject();
        params.addProperty("agent", agent);
        return params;
    }

    @Test
    void anEndIsWaitedForAndAllIsTold() throws Exception {
        cage.agent("probe", "");
        String untilItIsStopped = "trap 'exit 42' TERM; echo up; sleep 1000 >/dev/null 2>&1 & wait";
        CageSettings settings = cage.settings(CageFixture.guest(untilItIsStopped));
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            assertThat(cage.ask("agent.wait", question("probe")).toString()).isEqualTo("{\"run\":0,\"over\":true}");
            cage.call("agent.start", "probe");
            JsonObject running = cage.ask("agent.wait", question("probe"));
            assertThat(running.get("over").getAsBoolean()).isFalse();
            assertThat(running.has("exit")).isFalse();
            JsonObject wait = question("probe");
            wait.addProperty("run", running.get("run").getAsLong());
            wait.addProperty("wait_ms", 20_000);
            cage.await("agent.console", "probe");
            cage.call("agent.stop", "probe");
            JsonObject ended = cage.ask("agent.wait", wait);
            assertThat(ended.get("over").getAsBoolean()).isTrue();
            assertThat(ended.getAsJsonObject("exit").get("code").getAsInt()).isEqualTo(42);
            JsonObject all = cage.ask("agent.inspect", question("probe"));
            assertThat(all.get("address").getAsString()).isEqualTo("10.221.1.2");
            assertThat(all.get("vmm_user").getAsInt()).isEqualTo(10_001);
            assertThat(all.get("rights").toString()).contains("{\"right\":\"max_memory_mb\",\"covers\":[\"256\"]}");
            assertThat(all.getAsJsonObject("exit").get("code").getAsInt()).isEqualTo(42);
        }
    }

    @Test
    void everyWallStandsAndNothingRemains() throws Exception {
        cage.agent("probe", "[capabilities]\ncredential_refs = [\"PASS\"]\n");
        try (ServerSocket host = new ServerSocket(0, 50, InetAddress.ofLiteral("0.0.0.0"))) {
            CageSettings settings = cage.settings(CageFixture.guest(facts(host.getLocalPort())));
            try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
                cage.call("agent.start", "probe");
                JsonObject exited = cage.await("agent.exited", "probe");
                String seen = cage.console("probe");
                assertThat(exited.get("code")).as(exited + " " + seen).isNotNull();
                assertThat(exited.get("code").getAsInt()).isEqualTo(42);
                wallsIn(seen);
                cage.await("agent.failed", "probe");
                nothingIsLeft(settings, "probe");
                assertThat(settings.guests()).isEmptyDirectory();
            }
        }
        assertThat(cage.calls().stream().filter(call -> call.endsWith(" probe")))
                .containsExactly(
                        "vault.revoke probe",
                        "memory.detach probe",
                        "egress.remove probe",
                        "egress.add probe",
                        "vault.lease probe",
                        "memory.attach probe",
                        "memory.detach probe",
                        "vault.revoke probe",
                        "egress.remove probe");
    }

    private static String facts(int hostPort) {
        return """
                cat; echo; umask
                cat /proc/self/status; cat /proc/self/mountinfo; cat /proc/self/cgroup; ls -l /proc/self/fd
                ls / 2>/dev/null && echo LISTED; ls /proc/self >/dev/null && echo "allowed: proc"
                echo "oom: $(cat /proc/self/oom_score_adj)"; echo "pids: $(ls -d /proc/[0-9]* | wc -l)"
                echo "secret: $SECRET_PASS"; echo "disk: $(cat /disks/root)"; ls -ln /control/guest.sock
                for f in /x /disks/x /disks/root /disks/tools /control/x; do
                  (echo x > $f) 2>/dev/null && echo "WROTE $f"; done
                for a in 127.0.0.1 10.221.1.1; do
                  bash -c "echo x > /dev/tcp/$a/%d" 2>/dev/null && echo "REACHED $a"; done
                cat /proc/self/net/dev /proc/self/net/route; echo "inet6: $(wc -l </proc/self/net/if_inet6)"
                ip -o addr 2>&1; exit 42
                """.formatted(hostPort);
    }

    private static void wallsIn(String seen) {
        assertThat(seen)
                .contains("Uid:\t10001\t10001\t10001\t10001", "Gid:\t10001\t10001\t10001\t10001")
                .contains("CapPrm:\t0000000000000000", "CapEff:\t0000000000000000", "CapBnd:\t0000000000000000")
                .contains("NoNewPrivs:\t1", "0::/agents/probe")
                .containsPattern("Groups:\\s+36 ?\n")
                .contains("secret: s3cr3t", "disk: the image of probe", "0077")
                .contains("tap0:", "bridge0:", "eth0:", "inet6: 0")
                .contains("Seccomp:\t2", "Cannot open netlink socket: Address family not supported by protocol")
                .containsPattern("srw-rw---- 1 0 10001 .*/guest.sock")
                .contains("oom: 900", "allowed: proc")
                .doesNotContain("WROTE", "REACHED", "LISTED", "czNjcjN0")
                .contains("\"host_net\":\"net:[", "\"agent\":\"probe\"");
        // Nothing of an agent's is executed on the host.
        assertThat(seen.lines().filter(line -> line.contains(" /disks/")))
                .hasSizeGreaterThan(1)
                .allMatch(line -> line.contains("noexec"));
        // Its own guest, its shell, and the ls and wc beside it, and no process of the host.
        assertThat(seen).containsPattern("pids: [1-5]\n");
    }

    @Test
    void theRealSecondStageFindsItsWallsAndAsksForKvm() throws Exception {
        cage.agent("real", "");
        CageSettings settings = cage.settings("exec $JAVA vm\n");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "real");
            JsonObject exited = cage.await("agent.exited", "real");
            // The sandbox is complete. The rest depends on this machine's KVM and libkrun.
            assertThat(exited.toString())
                    .contains("\"how\":\"not-started\"")
                    .containsAnyOf("exit code 71", "exit code 72");
            cage.await("agent.walls", "real");
            cage.await("agent.failed", "real");
            nothingIsLeft(settings, "real");
        }
    }

    @Test
    void stopsAndLeavesNothing() throws Exception {
        cage.agent("sleeper", "");
        CageSettings settings = cage.settings(SLEEPER);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "sleeper");
            cage.await("agent.started", "sleeper");
            JsonObject walls = cage.await("agent.walls", "sleeper");
            for (String controller : settings.controllers()) {
                assertThat(settings.cgroups().resolve("agents/sleeper").resolve(controller + ".max"))
                        .hasContent(walls.get(controller + "_max").getAsString());
            }
            cage.call("agent.stop", "sleeper");
            assertThat(cage.await("agent.exited", "sleeper").get("signal").getAsInt())
                    .isEqualTo(15);
            nothingIsLeft(settings, "sleeper");
        }
    }

    @Test
    void startsNothingWithoutItsSecret() throws Exception {
        cage.agent("poor", "[capabilities]\ncredential_refs = [\"OTHER\"]\n");
        CageSettings settings = cage.settings(SLEEPER);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "poor");
            assertThat(cage.await("agent.failed", "poor").get("why").getAsString())
                    .contains("no secret OTHER");
            nothingIsLeft(settings, "poor");
        }
        assertThat(cage.calls()).endsWith("vault.revoke poor", "egress.remove poor");
    }

    @Test
    void aKilledCageTakesItsAgentsAlongAndTheNextOneCleansUp() throws Exception {
        cage.agent("orphan", "");
        CageSettings settings = cage.settings(SLEEPER);
        long pid;
        Process first = CageProcess.start(base, SLEEPER);
        try (var events = first.inputReader()) {
            String started = events.lines()
                    .filter(line -> line.contains("agent.started"))
                    .findFirst()
                    .orElseThrow();
            pid = JsonParser.parseString(started).getAsJsonObject().get("pid").getAsLong();
            assertThat(ProcessHandle.of(pid)).isPresent();
            first.destroyForcibly().waitFor();
            ProcessHandle.of(pid)
                    .ifPresent(
                            vmm -> vmm.onExit().orTimeout(20, TimeUnit.SECONDS).join());
        }
        assertThat(settings.cgroups().resolve("agents/orphan")).exists();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            nothingIsLeft(settings, "orphan");
        }
    }
}
