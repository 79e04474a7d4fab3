package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.gson.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A real PID 1, once for each place in it that makes a system call, with EIO from the first call there: it comes up all
 * the same and ends in order, or says that it cannot and ends. Needs root.
 */
@Timeout(600)
class NulldErrnoIT {
    private static final String SERVICES = "a:serve:,b:serve:a";
    private static final String FACTOR = "5";
    private static final String CANNOT = "NullBox cannot go on: ";

    /** Tried again at once or without a consequence, so that there is nothing to say. */
    private static final Set<String> SILENT = Set.of(
            "LineSink.write/write",
            "LineSink.write/ioctl",
            "LogCollector.add/write",
            "PipeReader.close/close",
            "Reaper.run/waitpid",
            "ChildProcess.spawn/close",
            "ChildProcess.close/close");

    @TempDir
    private Path directory;

    @Test
    void everyPlaceThatMakesASystemCall() throws Exception {
        List<String> calls = learn();
        assertThat(calls)
                .contains(
                        "Spawner.spawn/posixSpawn",
                        "ChildProcess.pipe/pipe2",
                        "ChildProcess.pidfd/pidfdOpen",
                        "Spawner.directory/chown",
                        "PipeReader.poll/poll",
                        "Reaper.run/waitpid",
                        "PowerSignals.install/ignoreSignal",
                        "ChildProcess.signal/pidfdSendSignal",
                        "Shutdown.signalAll/kill",
                        "Shutdown.unmount/umount2",
                        "Emergency.now/reboot");
        for (int i = 0; i < calls.size(); i++) {
            fail(calls.get(i), directory.resolve("run" + i));
        }
    }

    private List<String> learn() throws Exception {
        Path own = Files.createDirectories(directory.resolve("learn"));
        try (Pid1 nulld = Pid1.start(own, SERVICES, FACTOR, "learn")) {
            nulld.await("appliance.ready", e -> true);
            nulld.call("nulld.shutdown", new JsonObject());
            assertThat(nulld.awaitEnd()).isEqualTo(Pid1.POWERED_OFF);
        }
        return Files.readAllLines(own.resolve(TestPid1.CALLS));
    }

    private static void fail(String call, Path own) throws Exception {
        Files.createDirectories(own);
        try (Pid1 nulld = Pid1.start(own, SERVICES, FACTOR, call)) {
            String came = nulld.awaitLine(
                    line -> line.contains("\"appliance.ready\"") || line.contains(CANNOT),
                    "that it is ready, or that it cannot go on, with a failing " + call);
            if (came.contains(CANNOT)) {
                assertThat(came).as(call).contains("EIO");
                nulld.awaitLine(line -> line.contains("what to do: "), "a remedy, with a failing " + call);
            } else {
                shutDown(nulld, call);
            }
            assertThat(nulld.awaitEnd()).as(call + "\n" + nulld.output()).isEqualTo(Pid1.POWERED_OFF);
            assertThat(nulld.output()).as(call).doesNotContain("a bug in PID 1");
            if (!SILENT.contains(call)) {
                assertThat(nulld.output())
                        .as("what is said of a failing " + call)
                        .contains("EIO");
            }
        }
    }

    private static void shutDown(Pid1 nulld, String call) throws Exception {
        try {
            nulld.call("nulld.shutdown", new JsonObject());
        } catch (IOException e) {
            throw new AssertionError("with a failing " + call + " PID 1 said\n" + nulld.output(), e);
        }
        nulld.await("shutdown.phase", e -> Pid1.text(e, "phase").equals("services"));
    }
}
