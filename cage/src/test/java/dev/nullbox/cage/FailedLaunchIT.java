package dev.nullbox.cage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.gson.JsonObject;
import dev.nullbox.cage.agent.CageSettings;
import dev.nullbox.natives.FaultyLibc;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.netlink.Rtnetlink;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * A launch of which one step fails leaves no process, interface, control group, mount, descriptor, nor anything that a
 * service holds. The jail is a script that enters a network namespace and does what it is told: what the real one does
 * after that is in {@link CageJailIT}.
 */
class FailedLaunchIT {
    private static final String AGENT = "faulty";
    private static final Set<String> OUTCOMES = Set.of("agent.failed", "agent.started");

    @TempDir
    Path base;

    private final Libc libc = Natives.libc();
    private CageFixture cage;

    @BeforeEach
    void anAgentThatNeedsEverything() throws Exception {
        assertThat(libc.getuid())
                .as("needs root: namespaces, interfaces and control groups")
                .isZero();
        Files.setPosixFilePermissions(base, PosixFilePermissions.fromString("rwxr-xr-x"));
        cage = new CageFixture(base);
        // Without a layer: mke2fs's output comes in more or fewer pieces, and the calls of a launch are counted here.
        cage.agent(AGENT, """
                [capabilities]
                credential_refs = ["PASS"]
                [capabilities.filesystem]
                root = "read-only"
                """);
    }

    @AfterEach
    void closeServices() {
        cage.close();
    }

    /** Reads its order and the word to go, and becomes a VMM with a guest. */
    private String goodJail() {
        return "exec unshare -n /bin/bash -c 'read -r pid _ </proc/self/stat; echo \"netns $pid\" >&3; read order; read go; echo walls >&3; "
                + "echo enter >&3; exec 3>&-; exec " + CageFixture.java() + "dev.nullbox.cage.guest.FakeGuest "
                + base.resolve("run/guests/" + AGENT + "/guest.sock") + " \"exec sleep 1000\"'\n";
    }

    private CageSettings settings(String jail) throws IOException {
        Path launcher = Files.writeString(base.resolve("jail.sh"), jail);
        return launchedBy(List.of("/bin/sh", launcher.toString()));
    }

    private CageSettings launchedBy(List<String> launcher) throws IOException {
        return CageFixture.settings(base, launcher, List.of(), Duration.ofSeconds(3));
    }

    private static Set<String> pipes() throws IOException {
        Set<String> pipes = new TreeSet<>();
        try (DirectoryStream<Path> open = Files.newDirectoryStream(Path.of("/proc/self/fd"))) {
            for (Path link : open) {
                String target = target(link);
                if (target.startsWith("pipe:")) {
                    pipes.add(link.getFileName() + " " + target);
                }
            }
        }
        return pipes;
    }

    /** Empty for one that was closed meanwhile, as the listing's own. */
    private static String target(Path link) throws IOException {
        try {
            return Files.readSymbolicLink(link).toString();
        } catch (NoSuchFileException e) {
            return "";
        }
    }

    private void nothingIsLeft(String after, CageSettings settings, Set<String> pipesBefore) throws Exception {
        assertThat(ProcessHandle.current().children()).as(after).isEmpty();
        assertThat(settings.cgroups().resolve("agents").resolve(AGENT))
                .as(after)
                .doesNotExist();
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            assertThatThrownBy(() -> links.indexOf("nb1")).as(after).isInstanceOf(SyscallException.class);
        }
        assertThat(Files.readString(Path.of("/proc/self/mountinfo"))).as(after).doesNotContain(base.toString());
        assertThat(pipes()).as(after).isEqualTo(pipesBefore);
        assertThat(cage.held()).as(after).isEmpty();
    }

    private String failure() throws Exception {
        cage.call("agent.start", AGENT);
        return cage.await("agent.failed", AGENT).get("why").getAsString();
    }

    @Test
    void nothingIsLeftWhicheverSystemCallFails() throws Exception {
        FaultyLibc faults = new FaultyLibc(
                libc,
                thread -> thread.getName().equals("cage-" + AGENT)
                        || thread.getName().equals("cage-spawner"));
        CageSettings settings = settings(goodJail());
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(faults.libc(), settings, cage.runtime())) {
            faults.failAt(0);
            cage.call("agent.start", AGENT);
            cage.await("agent.started", AGENT);
            int calls = faults.calls();
            cage.call("agent.stop", AGENT);
            nothingIsLeft("a good run", settings, before);
            assertThat(calls).isGreaterThan(25);
            List<String> survived = new ArrayList<>();
            for (int n = 1; n <= calls; n++) {
                cage.forget();
                faults.failAt(n);
                cage.call("agent.start", AGENT);
                JsonObject outcome = cage.awaitAny(OUTCOMES, AGENT);
                String failed = faults.failed();
                if (outcome.get("event").getAsString().equals("agent.started")) {
                    survived.add(failed);
                    cage.call("agent.stop", AGENT);
                }
                assertThat(failed).as("call %d of %d", n, calls).isNotEmpty();
                nothingIsLeft(failed + ", call " + n, settings, before);
            }
            // A descriptor that is closed with an error is closed: nothing else may be passed over.
            assertThat(survived).allMatch(failed -> failed.equals("close"));
        }
    }

    /** It once ended the agent's thread, with the lease in force and the jail waiting. */
    @Test
    void nothingIsLeftAfterABugOnceTheJailHasBegun() throws Exception {
        FaultyLibc bugs = new FaultyLibc(libc, thread -> thread.getName().equals("cage-" + AGENT));
        CageSettings settings = settings(goodJail());
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(bugs.libc(), settings, cage.runtime())) {
            bugs.bugAt(0);
            cage.call("agent.start", AGENT);
            cage.await("agent.started", AGENT);
            int calls = bugs.calls();
            cage.call("agent.stop", AGENT);
            assertThat(bugs.firstWrite()).isBetween(1, calls - 10);
            for (int n = bugs.firstWrite(); n <= calls; n++) {
                cage.forget();
                bugs.bugAt(n);
                cage.call("agent.start", AGENT);
                String why = cage.await("agent.failed", AGENT).get("why").getAsString();
                assertThat(why)
                        .startsWith("a bug in cage: java.lang.IllegalStateException at ")
                        .doesNotContain("s3cr3t");
                nothingIsLeft(bugs.failed() + ", call " + n, settings, before);
                assertThat(cage.calls()).endsWith("vault.revoke " + AGENT, "egress.remove " + AGENT);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"egress.add", "vault.lease", "memory.attach"})
    void nothingIsLeftWhicheverServiceRefuses(String method) throws Exception {
        CageSettings settings = settings(goodJail());
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.refuse(method);
            assertThat(failure()).contains(method + " is refused");
            nothingIsLeft(method, settings, before);
        }
    }

    /** Once only the watch saw that, in its own time: the guest could begin, and read. */
    @ParameterizedTest
    @CsvSource({
        "revoked, revoked",
        "ended, ended",
        "expired, expired",
        "a secret expired, expired",
        "forgotten, ended",
    })
    void whenTheLeaseIsOverBeforeTheGuestBegins(String fate, String state) throws Exception {
        CageSettings settings = settings(goodJail());
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            cage.warden().strikeAtOnce(fate);
            assertThat(failure()).isEqualTo("the lease of PASS had ended before the agent began: " + state);
            nothingIsLeft(fate, settings, before);
            assertThat(cage.calls()).endsWith("vault.revoke " + AGENT, "egress.remove " + AGENT);
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void whenTheWardenDoesNotTellWhetherTheLeaseIsOver(boolean isGarbled) throws Exception {
        CageSettings settings = settings(goodJail());
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            if (isGarbled) {
                cage.warden().garble(new JsonObject());
            } else {
                cage.refuse("vault.leases");
            }
            assertThat(failure()).contains(isGarbled ? "vault.leases is malformed" : "vault.leases is refused");
            nothingIsLeft("no answer", settings, before);
            assertThat(cage.calls()).endsWith("vault.revoke " + AGENT, "egress.remove " + AGENT);
        }
    }

    /** Regression: the daemon was not informed any more, and the lease stayed in force until the agent's next run. */
    @Test
    void whenTheWardenIsDownAtTheEnd() throws Exception {
        Path end = base.resolve("end");
        assertThat(new ProcessBuilder("mkfifo", end.toString()).start().waitFor())
                .isZero();
        CageSettings settings =
                settings("[ -e " + base + "/go ] || { read -r _ < " + end + "; exit 3; }\n" + goodJail());
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime());
                ExecutorService caller = Executors.newSingleThreadExecutor()) {
            // Answered when the launch is over.
            Future<?> start = caller.submit(() -> {
                cage.call("agent.start", AGENT);
                return null;
            });
            awaitHeld(Set.of("egress " + AGENT, "warden " + AGENT));
            cage.wardenDown();
            Files.writeString(end, "now\n");
            assertThat(cage.await("agent.failed", AGENT).get("why").getAsString())
                    .contains("ended with exit code 3");
            start.get(60, TimeUnit.SECONDS);
            assertThat(cage.held()).containsExactly("warden " + AGENT);
            cage.wardenUp();
            awaitHeld(Set.of());

            Files.createFile(base.resolve("go"));
            cage.forget();
            cage.call("agent.start", AGENT);
            cage.await("agent.started", AGENT);
            cage.wardenDown();
            cage.call("agent.stop", AGENT);
            assertThat(cage.held()).containsExactly("warden " + AGENT);
            cage.wardenUp();
            awaitHeld(Set.of());
        }
    }

    private void awaitHeld(Set<String> held) throws InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!cage.held().equals(held)) {
            assertThat(System.nanoTime())
                    .as("held is %s, not %s", cage.held(), held)
                    .isLessThan(end);
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "exit 3                                | ended with exit code 3",
                "echo hello >&3; exec sleep 1000       | the jail said hello",
                "echo netns 4194304 >&3; exec sleep 99 | ESRCH",
                "echo netns here >&3; exec sleep 99    | a bug in cage: java.lang.NumberFormatException",
                "exec sleep 1000                       | was not in force within 3 s",
            })
    void nothingIsLeftWhateverTheJailDoesInstead(String jail, String why) throws Exception {
        CageSettings settings = settings(jail + "\n");
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            assertThat(failure()).contains(why);
            nothingIsLeft(jail, settings, before);
        }
    }

    @Test
    void whenThereIsNoLauncher() throws Exception {
        CageSettings settings = launchedBy(List.of("/nonexistent"));
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            assertThat(failure()).contains("/nonexistent", "ENOENT");
            nothingIsLeft("no launcher", settings, before);
        }
    }

    @Test
    void whenTheGroupOrTheInterfaceIsThereAlready() throws Exception {
        CageSettings settings = settings(goodJail());
        Set<String> before = pipes();
        try (CageDaemon _ = CageDaemon.start(libc, settings, cage.runtime())) {
            Files.createDirectory(settings.cgroups().resolve("agents").resolve(AGENT));
            assertThat(failure()).contains("agents/" + AGENT);
            nothingIsLeft("a group", settings, before);
            cage.forget();
            try (Rtnetlink links = Rtnetlink.open(libc)) {
                links.createVeth("nb1", "nbother", libc.getpid());
            }
            assertThat(failure()).contains("EEXIST");
            nothingIsLeft("an interface", settings, before);
        }
    }
}
