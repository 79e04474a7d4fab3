package dev.nullbox.nulld.supervise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.google.gson.JsonObject;
import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.nulld.linux.Cgroups;
import dev.nullbox.nulld.linux.ManualClock;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.linux.TestServices;
import dev.nullbox.nulld.log.Degraded;
import dev.nullbox.nulld.log.EventCheck;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.protocol.api.NulldContract;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SupervisorTest {
    @TempDir
    private Path directory;

    private final FakeLibc libc = new FakeLibc();
    private final ManualClock clock = new ManualClock();
    private final Journal journal = new Journal(clock);
    private final Degraded degraded = new Degraded(journal);
    private final List<String> started = new ArrayList<>();
    private final Map<String, Integer> pids = new HashMap<>();
    private final Map<Integer, Integer> pidfds = new HashMap<>();
    private final Map<String, String> refused = new HashMap<>();
    private int nextPid = 100;
    private Supervisor supervisor;

    @BeforeEach
    void supervisor() throws IOException {
        Cgroups cgroups = TestServices.cgroups(directory, "a", "b", "network", "gateway");
        supervisor = new Supervisor(clock, journal, degraded, cgroups, spec -> {
            String why = refused.get(spec.name());
            if (why != null) {
                throw new IOException(why);
            }
            started.add(spec.name());
            int pid = nextPid++;
            pids.put(spec.name(), pid);
            ChildProcess process = ChildProcess.spawn(
                    libc,
                    (command, environment, actions) -> new SysResult.Ok(pid),
                    new ChildProcess.Spec(spec.command(), List.of(), false, 0, 0));
            pidfds.put(Collections.max(libc.openFds()), pid);
            return process;
        });
    }

    @Test
    void startsAServiceOnceAllThatItComesAfterAreReady() {
        add("gateway", true, "network", "a");
        add("network", true);
        add("a", true);
        supervisor.tick();
        assertThat(started).containsExactly("network", "a");
        ready("network");
        assertThat(started).doesNotContain("gateway");
        ready("a");
        assertThat(started).containsExactly("network", "a", "gateway");
        ready("gateway");
        assertThat(events("appliance.ready")).hasSize(1);
    }

    @Test
    void waitsForNoServiceThatItCanDoWithout() {
        refused.put("network", "no interface");
        add("network", false);
        add("gateway", true, "network");
        supervisor.tick();
        supervisor.tick();
        assertThat(started).as("tried, and in backoff").containsExactly("gateway");
        ready("gateway");
        assertThat(supervisor.allReady()).isTrue();
        assertThat(degraded.reason()).isEmpty();
    }

    @Test
    void aServiceThatItCanDoWithoutStillGivesTheOrder() {
        add("gateway", true, "network");
        add("network", false);
        supervisor.tick();
        assertThat(started).as("network runs and is not ready").containsExactly("network");
        ready("network");
        assertThat(started).containsExactly("network", "gateway");
    }

    @Test
    void aDisabledServiceHoldsUpNobodyThatCanDoWithoutIt() {
        supervisor.add(spec("network", false), Optional.of("ip= gives the address"));
        add("gateway", true, "network");
        supervisor.tick();
        assertThat(started).containsExactly("gateway");
        assertThat(supervisor.state("network")).contains(new ServiceState.Disabled("ip= gives the address"));
    }

    @Test
    void stopsEachAfterThoseThatComeAfterIt() {
        add("network", false);
        add("gateway", true, "network");
        supervisor.tick();
        ready("network");
        ready("gateway");
        supervisor.stopAll();
        supervisor.tick();
        assertThat(signals()).containsExactly("kill(" + pids.get("gateway") + ", 15)");
        supervisor.tick();
        assertThat(signals()).as("asked once").hasSize(1);
        end("gateway", new ExitStatus.Code(0));
        assertThat(signals()).endsWith("kill(" + pids.get("network") + ", 15)").hasSize(2);
        assertThat(supervisor.allDown()).isFalse();
        end("network", new ExitStatus.Code(0));
        assertThat(supervisor.allDown()).isTrue();
        assertThat(started).as("nothing starts any more").hasSize(2);
    }

    @Test
    void killsWhatDoesNotStop() {
        add("a", true);
        supervisor.tick();
        ready("a");
        supervisor.handle("a", new ServiceEvent.StopRequested());
        pass(9_999);
        assertThat(signals()).hasSize(1);
        pass(1);
        assertThat(signals()).endsWith("kill(" + pids.get("a") + ", 9)");
        assertThat(directory.resolve("services/a/cgroup.kill")).content().isEqualTo("1");
    }

    /** An agent's process that cleared its parent-death signal lived on, with its rules and secrets, and nobody watched. */
    @Test
    void killsTheAgentsWheneverCageHasEnded() throws IOException {
        Path kill = Files.createDirectories(directory.resolve("agents")).resolve("cgroup.kill");
        for (ExitStatus status : List.of(new ExitStatus.Code(0), new ExitStatus.Signal(9))) {
            Files.writeString(kill, "");
            if (status instanceof ExitStatus.Code) {
                add("cage", true);
                add("other", true);
                supervisor.tick();
            } else {
                pass(1_000);
            }
            end("other", status);
            assertThat(kill).content().isEmpty();
            int before = started.size();
            end("cage", status);
            assertThat(kill).content().isEqualTo("1");
            assertThat(started).as("killed before it starts anew").hasSize(before);
        }
    }

    @Test
    void isDegradedAfterThreeFailuresAndRecovers() {
        add("a", true);
        supervisor.tick();
        for (long backoff : new long[] {1_000, 2_000}) {
            end("a", new ExitStatus.Code(3));
            assertThat(degraded.reason()).isEmpty();
            pass(backoff - 1);
            int before = started.size();
            pass(1);
            assertThat(started).as("after %d ms", backoff).hasSize(before + 1);
        }
        end("a", new ExitStatus.Code(3));
        assertThat(degraded.reason()).contains("a is down: exit code 3 before it was ready");
        assertThat(supervisor.allReady()).isFalse();
        pass(4_000);
        ready("a");
        assertThat(degraded.reason()).isEmpty();
        assertThat(supervisor.allReady()).isTrue();
    }

    @Test
    void oneThatItCanDoWithoutNeverDegrades() {
        refused.put("network", "no interface");
        add("network", false);
        for (int i = 0; i < 10; i++) {
            supervisor.tick();
            pass(30_000);
        }
        assertThat(degraded.reason()).isEmpty();
        assertThat(events("service.failed")).hasSizeGreaterThan(5);
    }

    @Test
    void saysThatAServiceEndedForWantOfMemory() throws IOException {
        add("a", true);
        supervisor.tick();
        ready("a");
        Files.writeString(directory.resolve("services/a/memory.events"), "oom 1\noom_kill 1\n");
        end("a", new ExitStatus.Signal(Signals.SIGKILL));
        assertThat(events("service.exited").getFirst().get("out_of_memory_mib").getAsInt())
                .isEqualTo(64);
        assertThat(text(events("service.failed").getFirst(), "why"))
                .contains("out of memory")
                .contains("64 MiB");
        pass(1_000);
        ready("a");
        end("a", new ExitStatus.Signal(Signals.SIGKILL));
        assertThat(text(events("service.failed").getLast(), "why"))
                .as("the second was killed by somebody")
                .isEqualTo("signal 9");
    }

    @Test
    void saysThatASignalDoesNotArriveAndKillsLater() {
        add("a", true);
        supervisor.tick();
        ready("a");
        libc.fails("pidfdSendSignal", Errno.EPERM);
        supervisor.handle("a", new ServiceEvent.StopRequested());
        assertThat(texts()).anyMatch(text -> text.contains("signal 15 does not reach a: EPERM"));
        pass(10_000);
        assertThat(signals()).endsWith("kill(" + pids.get("a") + ", 9)");
    }

    @Test
    void saysNothingOfAProcessThatHasEndedInBetween() {
        add("a", true);
        supervisor.tick();
        ready("a");
        libc.fails("pidfdSendSignal", Errno.ESRCH);
        int before = texts().size();
        supervisor.handle("a", new ServiceEvent.StopRequested());
        assertThat(texts()).hasSize(before);
    }

    @Test
    void processThatDoesNotEndAfterItWasKilledIsHung() {
        supervisor.add(
                TestServices.service("a", List.of("/bin/x"), ServiceSpec.Readiness.HEARTBEAT, true), Optional.empty());
        supervisor.tick();
        ready("a");
        pass(59_000);
        supervisor.handle("a", new ServiceEvent.Heartbeat(pids.getOrDefault("a", 0)));
        pass(59_000);
        assertThat(signals()).isEmpty();
        pass(1_000);
        int pid = pids.getOrDefault("a", 0);
        assertThat(signals()).containsExactly("kill(" + pid + ", 15)");
        pass(10_000);
        assertThat(signals()).last().isEqualTo("kill(" + pid + ", 9)");
        pass(59_000);
        assertThat(supervisor.hung()).isEmpty();
        pass(1_000);
        assertThat(supervisor.hung()).contains("a");
        end("a", new ExitStatus.Signal(Signals.SIGKILL));
        assertThat(supervisor.hung()).isEmpty();
        assertThat(events("service.failed")).singleElement().asString().contains("no heartbeat for 60 s");
    }

    @Test
    void orphansAreNoBusinessOfServices() {
        add("a", true);
        supervisor.tick();
        ready("a");
        assertThat(catchThrowableOfType(RuntimeException.class, () -> supervisor.ended(7777, new ExitStatus.Code(1))))
                .isNull();
        assertThat(supervisor.allReady()).isTrue();
    }

    private void add(String name, boolean required, String... after) {
        supervisor.add(spec(name, required, after), Optional.empty());
    }

    private static ServiceSpec spec(String name, boolean required, String... after) {
        return TestServices.service(name, List.of("/bin/x"), ServiceSpec.Readiness.NOTIFY, required, after);
    }

    private void ready(String name) {
        supervisor.handle(name, new ServiceEvent.ReadyNotified(pids.getOrDefault(name, 0)));
        supervisor.tick();
    }

    private void end(String name, ExitStatus status) {
        supervisor.ended(pids.getOrDefault(name, 0), status);
        supervisor.tick();
    }

    private void pass(long millis) {
        clock.pause(millis);
        supervisor.tick();
    }

    /** As if they had been sent by number. */
    private List<String> signals() {
        return libc.calls("pidfdSendSignal").stream()
                .map(call -> call.split("[(,)]", -1))
                .map(call -> "kill(" + pidfds.get(Integer.valueOf(call[1])) + "," + call[2] + ")")
                .toList();
    }

    private List<JsonObject> events(String name) {
        return records().stream()
                .filter(record -> text(record, "event").equals(name))
                .toList();
    }

    private List<String> texts() {
        return records().stream()
                .map(record -> text(record, "text"))
                .filter(t -> !t.isEmpty())
                .toList();
    }

    private List<JsonObject> records() {
        return journal.read(0, Journal.RECORDS, Optional.empty(), 0).get(NulldContract.RECORDS).stream()
                .map(record -> EventCheck.checked((JsonObject) record))
                .toList();
    }

    private static String text(JsonObject record, String field) {
        return record.has(field) ? record.get(field).getAsString() : "";
    }
}
