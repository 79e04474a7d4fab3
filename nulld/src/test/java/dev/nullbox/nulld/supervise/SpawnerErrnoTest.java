package dev.nullbox.nulld.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.boot.GatewayFiles;
import dev.nullbox.nulld.boot.SetupPartition;
import dev.nullbox.nulld.linux.Cgroups;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.EachCall;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.nulld.linux.LoopDevice;
import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.linux.TestServices;
import dev.nullbox.nulld.log.EventPort;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.log.LogCollector;
import dev.nullbox.protocol.id.AgentNetwork;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Failures of every system call of a service's start, one after the other: the cause is reported, and nothing of the
 * attempt is left.
 */
@Timeout(60)
class SpawnerErrnoTest {
    private static final int[] ERRNOS = {Errno.EIO, Errno.ENOMEM, Errno.EMFILE, Errno.EAGAIN};

    @TempDir
    private Path directory;

    @BeforeEach
    void accounts() throws IOException {
        Files.createDirectories(directory.resolve("etc"));
        Files.writeString(directory.resolve("etc/passwd"), "svc:x:101:101::/:/none\ngateway:x:104:104::/:/none\n");
        Files.writeString(directory.resolve("etc/group"), "svc:x:101:\n");
        TestServices.cgroups(directory.resolve("cgroup"), "svc");
        for (String name : List.of("server.p12", "ca.pem")) {
            Files.createDirectories(directory.resolve("firmware").resolve(name));
            Files.writeString(directory.resolve("firmware").resolve(name).resolve("raw"), name);
        }
    }

    @Test
    void aServicesProcess() {
        EachCall.fails(
                libc -> {
                    LogCollector collector = new LogCollector(new FakeLibc(), new Journal(new ManualClock()));
                    return new Spawner(libc, layout(), collector, (service, pid, sign) -> {}).spawn(service());
                },
                outcome -> {
                    boolean healthy = outcome.call().isEmpty() || outcome.failed("close");
                    assertThat(outcome.result().isPresent()).as(outcome.call()).isEqualTo(healthy);
                    assertThat(outcome.libc().openFds())
                            .as("the collector's ends and the pidfd, or none: " + outcome.call())
                            .hasSize(healthy ? 4 : 0);
                    outcome.thrown()
                            .ifPresent(e -> assertThat(e)
                                    .as(outcome.call())
                                    .isInstanceOf(SyscallException.class)
                                    .hasMessageContaining(Errno.describe(outcome.errno())));
                    boolean started = healthy || outcome.failed("posixSpawn") || outcome.failed("pidfdOpen");
                    assertThat(outcome.libc().calls("posixSpawn"))
                            .hasSize(started ? 1 : 0)
                            .allMatch(call -> call.contains("NULLBOX_AGENT_NETWORK=172.30.0.0/16"));
                },
                ERRNOS);
    }

    @Test
    void aServiceWithoutLimitsDoesNotStart() throws IOException {
        Files.delete(directory.resolve("cgroup/services/svc/memory.max"));
        FakeLibc libc = new FakeLibc();
        LogCollector collector = new LogCollector(new FakeLibc(), new Journal(new ManualClock()));
        Spawner spawner = new Spawner(libc, layout(), collector, (service, pid, sign) -> {});
        assertThatThrownBy(() -> spawner.spawn(service()))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("memory.max");
        assertThat(libc.openFds()).isEmpty();
        assertThat(libc.calls("posixSpawn")).isEmpty();
    }

    @Test
    void theGatewaysFiles() {
        EachCall.fails(
                libc -> new GatewayFiles(
                                libc,
                                layout(),
                                directory.resolve("firmware"),
                                new SetupPartition(directory, "", line -> {}),
                                true,
                                line -> {})
                        .install(),
                outcome -> {
                    assertThat(outcome.thrown()).as(outcome.call()).isEmpty();
                    Optional<String> why = outcome.result().orElseThrow();
                    boolean healthy = outcome.call().isEmpty();
                    assertThat(why.isEmpty()).as(outcome.call()).isEqualTo(healthy);
                    why.ifPresent(text -> assertThat(text).contains(Errno.describe(outcome.errno())));
                    for (String name : List.of("server.p12", "ca.pem")) {
                        assertThat(Files.exists(
                                        directory.resolve("run/gateway/tls").resolve(name)))
                                .as(name + " after " + outcome.call())
                                .isEqualTo(healthy);
                    }
                },
                ERRNOS);
    }

    @Test
    void aLoopDevice() {
        EachCall.fails(
                libc -> LoopDevice.attach(libc, "/dev", "/iso/root"),
                outcome -> {
                    boolean healthy = outcome.call().isEmpty() || outcome.failed("close");
                    assertThat(outcome.libc().openFds()).as(outcome.call()).hasSize(healthy ? 1 : 0);
                    assertThat(outcome.result().isPresent()).as(outcome.call()).isEqualTo(healthy);
                    outcome.thrown().ifPresent(e -> assertThat(e).isInstanceOf(SyscallException.class));
                },
                ERRNOS);
    }

    @Test
    void theEventPort() {
        EachCall.fails(
                libc -> {
                    StringBuilder problems = new StringBuilder();
                    Cmdline cmdline = Cmdline.parse("nullbox.events=ttyS1");
                    EventPort.attach(libc, cmdline, new Journal(new ManualClock()), problems::append);
                    return problems.toString();
                },
                outcome -> {
                    assertThat(outcome.thrown()).isEmpty();
                    assertThat(outcome.result().orElseThrow())
                            .contains(outcome.call().isEmpty() ? "" : Errno.describe(outcome.errno()));
                    assertThat(outcome.libc().openFds()).hasSize(outcome.failed("open") ? 0 : 1);
                },
                ERRNOS);
    }

    private Layout layout() {
        return new Layout(
                directory.resolve("run"),
                directory.resolve("state"),
                "memory",
                directory.resolve("etc"),
                new Cgroups(directory.resolve("cgroup"), 0),
                AgentNetwork.parse("172.30.0.0/16"),
                "/sbin/launch",
                List.of());
    }

    private static ServiceSpec service() {
        return new ServiceSpec(
                "svc",
                "svc",
                List.of(),
                List.of(),
                List.of("/sbin/svc"),
                List.of(),
                true,
                ServiceSpec.Readiness.NOTIFY,
                60_000,
                10_000,
                TestServices.LIMITS);
    }
}
