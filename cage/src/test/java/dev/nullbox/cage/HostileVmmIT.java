package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import com.google.gson.JsonParser;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.cage.jail.VmmFilterIT;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A VMM that was taken over: a hostile program runs in its place, inside its sandbox. Its attacks are observed from
 * outside, and made outside the sandbox too, by the same user. Behind the allow-list of system calls nearly none of it
 * is possible, so it is not in force but where that is said: each wall must stand alone.
 */
class HostileVmmIT {
    private static final String ENTERED = "echo walls >&3; echo enter >&3; exec 3>&-\n";
    private static final Path CLASSES = Path.of("target/test-classes").toAbsolutePath();
    private static final String HOSTILE = CLASSES.resolve("hostile") + " ";
    private static final String CALLS = CLASSES.resolve("calls") + " " + CLASSES.resolve("filter") + " ";
    /** Of the first slot. */
    private static final String AS_ITS_USER = "as 10001 ";

    private static final String WITH_A_VOLUME = """
            [capabilities.filesystem]
            root = "read-only"
            write = ["/work"]
            volume_mb = 64
            """;
    private static final String VOLUME = "/disks/volume";
    private static final long VOLUME_BYTES = 64 << 20;

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private CageFixture cage;

    @BeforeAll
    static void compile() throws Exception {
        VmmFilterIT.compileInto(CLASSES);
        VmmFilterIT.compile("hostile", CLASSES, "-static");
    }

    @BeforeEach
    void needsRoot() throws Exception {
        cage = CageFixture.asRoot(libc, base);
        cage.agent("bad", "");
    }

    @AfterEach
    void closeServices() {
        cage.close();
    }

    /** The end of a VMM whose guest does not arrive. */
    private JsonObject exited(String script) throws Exception {
        return ended(ENTERED + script);
    }

    private JsonObject ended(String vmm) throws Exception {
        CageSettings settings = cage.settings(vmm);
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.call("agent.start", "bad");
            JsonObject exited = cage.await("agent.exited", "bad");
            cage.await("agent.failed", "bad");
            assertThat(settings.cgroups().resolve("agents/bad")).doesNotExist();
            return exited;
        }
    }

    /** Output of a script inside the sandbox, by lines. */
    private List<String> said(String script) throws Exception {
        JsonObject exited = ended(CageFixture.guest(script + "\nexit 1"));
        assertThat(exited.get("how").getAsString()).as(exited.toString()).isEqualTo("exited");
        return cage.console("bad").lines().toList();
    }

    private List<String> inside(List<String> attacks) throws Exception {
        return said(attacks.stream().map(attack -> HOSTILE + attack).collect(Collectors.joining("\n")));
    }

    private static String outside(String attack) throws IOException, InterruptedException {
        Process process = new ProcessBuilder((HOSTILE + attack).split(" ", -1))
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(attack).isZero();
        return said.strip();
    }

    /** Another process of its user's. */
    private static Process victim() throws IOException {
        return new ProcessBuilder((HOSTILE + AS_ITS_USER + "shed /bin/sleep 1000").split(" ", -1)).start();
    }

    /** Such a child wrote on for ever: stop, canary and health check ended nothing, and the agent could not be started. */
    @Test
    void itsChildrenEndWithIt() throws Exception {
        JsonObject exited =
                exited("(trap '' TERM HUP; while :; do echo still here; sleep 0.1; done) &\nsleep 0.3; exit 0");
        assertThat(exited.get("how").getAsString()).isEqualTo("crash");
        assertThat(exited.get("why").getAsString()).as("they lived until then").contains("still here");
    }

    /** In the appliance nulld ends such a process: its CgroupsIT. */
    @Test
    void vmmOutlivesItsCageButNotTheNextOne() throws Exception {
        cage.agent("orphan", "");
        String script = "[ -n \"$SHED\" ] || { export SHED=1; exec " + HOSTILE + "shed /bin/sh \"$0\" vm; }\n"
                + CageFixture.guest("exec sleep 1000");
        Process first = CageProcess.start(base, script);
        long pid;
        try (var events = first.inputReader()) {
            String started = events.lines()
                    .filter(line -> line.contains("agent.started"))
                    .findFirst()
                    .orElseThrow();
            pid = JsonParser.parseString(started).getAsJsonObject().get("pid").getAsLong();
            first.destroyForcibly().waitFor();
        }
        ProcessHandle vmm = ProcessHandle.of(pid).orElseThrow();
        assertThatThrownBy(() -> vmm.onExit().get(1, TimeUnit.SECONDS))
                .as("it has cleared its parent-death signal")
                .isInstanceOf(TimeoutException.class);
        CageSettings settings = cage.settings("exit 0");
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            assertThat(vmm.onExit().get(20, TimeUnit.SECONDS)).isNotNull();
            assertThat(settings.cgroups().resolve("agents/orphan")).doesNotExist();
        }
    }

    /** One of each group, each in a process of its own behind the list. */
    @Test
    void noCallBeyondTheListIsMadeInsideTheJail() throws Exception {
        String calls = String.join("\n", VmmFilterIT.FORBIDDEN);
        List<String> said = said(CALLS + "<<'CALLS'\n" + calls + "\n39\n24\nCALLS");
        assertThat(said).hasSize(VmmFilterIT.FORBIDDEN.size() + 2).endsWith("39 0", "24 0");
        assertThat(said.subList(0, said.size() - 2)).allMatch(line -> line.endsWith(" 31"));
    }

    /** fork, execve, socketpair, a mapping of code, prctl PR_SET_PDEATHSIG, and a call of a later kernel. */
    @ParameterizedTest
    @ValueSource(strings = {"57", "59 0 0 0", "53 1 1 0", "9 0 4096 7 34 -1 0", "157 1 0", "599"})
    void aForbiddenCallKillsItAndIsAnEventOfItsOwn(String call) throws Exception {
        assertThat(exited("exec " + CALLS + call).get("how").getAsString()).isEqualTo("compromised");
        cage.await("agent.compromised", "bad");
    }

    /** A mapping of data, the thread's name, and getpid. */
    @ParameterizedTest
    @ValueSource(strings = {"9 0 4096 3 34 -1 0", "157 15 0", "39"})
    void itsAllowedTwinDoesNot(String call) throws Exception {
        assertThat(exited("exec " + CALLS + call).get("how").getAsString()).isEqualTo("crash");
    }

    @Test
    void vmmReachesNoProcessOfTheHost() throws Exception {
        Process one = victim();
        Process other = victim();
        try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
            server.setSoTimeout(500);
            List<String> said =
                    inside(List.of("kill " + one.pid(), "trace " + one.pid(), "connect " + server.getLocalPort()));
            assertThat(said).hasSize(3).noneMatch(line -> line.endsWith(": done"));
            assertThat(one.isAlive()).isTrue();
            assertThatThrownBy(server::accept).isInstanceOf(SocketTimeoutException.class);

            assertThat(outside(AS_ITS_USER + "trace " + other.pid())).endsWith(": done");
            assertThat(outside(AS_ITS_USER + "kill " + one.pid())).endsWith(": done");
            assertThat(one.waitFor(10, TimeUnit.SECONDS)).isTrue();
            assertThat(outside(AS_ITS_USER + "connect " + server.getLocalPort()))
                    .endsWith(": done");
            server.accept().close();
        } finally {
            one.destroyForcibly();
            other.destroyForcibly();
        }
    }

    @Test
    void vmmSeesNoFileOfTheHostAndMakesNone() throws Exception {
        Path open = Files.createDirectory(base.resolve("open"));
        Files.setPosixFilePermissions(open, PosixFilePermissions.fromString("rwxrwxrwx"));
        Path file = Files.writeString(open.resolve("file"), "of the host");
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-rw-rw-"));
        List<String> attacks = new ArrayList<>(List.of("read " + file, "write " + file + " 0"));
        for (String place : List.of(open + "/", "/", "/disks/", "/control/", "/dev/", "/proc/", "/tmp/", "/usr/")) {
            attacks.add("make " + place + "made");
        }
        assertThat(inside(attacks)).hasSize(attacks.size()).noneMatch(line -> line.endsWith(": done"));
        assertThat(open).isDirectoryNotContaining("glob:**/made");
        assertThat(file).hasContent("of the host");

        for (String attack : attacks.subList(0, 3)) {
            assertThat(outside(AS_ITS_USER + attack)).endsWith(": done");
        }
        assertThat(file).hasContent("xf the host");
    }

    /** A disk is a file: written beyond its end it took the room of other agents. */
    @ParameterizedTest
    @CsvSource({"write, 1", "resize, 2", "reserve, 3"})
    void itsDiskDoesNotGrow(String attack, int more) throws Exception {
        cage.agent("bad", WITH_A_VOLUME);
        Path volume = base.resolve("data/disks/bad/volume");
        long beyond = VOLUME_BYTES + more;
        List<String> said = inside(List.of(
                grow("write", VOLUME, VOLUME_BYTES - 1),
                grow(attack, VOLUME, beyond),
                grow("resize", VOLUME, VOLUME_BYTES - 1)));
        assertThat(said)
                .containsExactly(
                        "write " + VOLUME + ": done",
                        attack + " " + VOLUME + ": File too large",
                        "resize " + VOLUME + ": done");
        assertThat(Files.size(volume)).isEqualTo(VOLUME_BYTES);
        try (Stream<Path> files = Files.list(volume.getParent())) {
            assertThat(files).containsExactly(volume);
        }

        assertThat(outside(grow(attack, volume.toString(), beyond))).endsWith(": done");
        assertThat(Files.size(volume)).isGreaterThan(VOLUME_BYTES);
    }

    private static String grow(String attack, String file, long to) {
        return attack + " " + file + " " + to;
    }

    /** Programs that it puts on a disk are not executed on the host. */
    @Test
    void vmmExecutesNothingOfItsOwn() throws Exception {
        cage.agent("bad", WITH_A_VOLUME);
        List<String> said =
                inside(List.of("plant " + VOLUME, "run " + VOLUME, "map " + VOLUME, "run " + HOSTILE.strip()));
        assertThat(said)
                .containsExactly(
                        "plant " + VOLUME + ": done",
                        "run " + VOLUME + ": Permission denied",
                        "map " + VOLUME + ": Operation not permitted",
                        "said it: done",
                        "run " + HOSTILE.strip() + ": done");
        assertThat(outside("run " + base.resolve("data/disks/bad/volume"))).contains("said it: done");
    }

    /** They are the jail's own codes until the guest begins, and nobody's afterwards. */
    @ParameterizedTest
    @ValueSource(ints = {64, 65, 69, 70, 71, 72})
    void theAppliancesOwnExitCodesAreACrash(int code) throws Exception {
        JsonObject exited = exited("exit " + code);
        assertThat(exited.get("how").getAsString()).isEqualTo("crash");
        assertThat(exited.has("code")).isFalse();
    }
}
