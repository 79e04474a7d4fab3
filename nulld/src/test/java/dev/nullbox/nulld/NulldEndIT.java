package dev.nullbox.nulld;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Ends of the machine by a real PID 1: by signals, and in an emergency. Needs root. */
@Timeout(180)
class NulldEndIT {
    private static final String CANNOT = "NullBox cannot go on: ";

    @TempDir
    private Path directory;

    @ParameterizedTest
    @CsvSource({"PWR, power-off, 130", "TERM, power-off, 130", "INT, reboot, 129"})
    void aSignalStopsAllInOrder(String signal, String phase, int ends) throws Exception {
        try (Pid1 nulld = Pid1.start(directory, "a:serve:,b:serve:a", "1", "none")) {
            nulld.await("appliance.ready", e -> true);
            nulld.signal("HUP");
            nulld.signal(signal);
            nulld.await("shutdown.phase", e -> Pid1.text(e, "phase").equals(phase));
            assertThat(nulld.position("service.stopped", "b")).isLessThan(nulld.position("service.stopped", "a"));
            assertThat(nulld.awaitEnd()).isEqualTo(ends);
            assertThat(nulld.output()).contains("requested by").contains(signal).doesNotContain(CANNOT);
        }
    }

    @Test
    void stage1WithoutARootSaysWhatToDoAndPowersOff() throws Exception {
        byte[] superblock = new byte[96];
        System.arraycopy("hsqs".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, superblock, 0, 4);
        Files.write(directory.resolve("root.superblock"), superblock);
        try (Pid1 stage1 = Pid1.start(directory, "", "10", "no-root")) {
            stage1.awaitLine(
                    line -> line.contains(CANNOT + "no disk or medium holds the root file system"), "the cause");
            stage1.awaitLine(line -> line.contains("what to do: attach the root image"), "the remedy");
            assertThat(stage1.awaitEnd()).isEqualTo(Pid1.POWERED_OFF);
            assertThat(stage1.output()).contains("power-off in 10 s");
        }
    }

    @Test
    void aBootThatCannotGoOnSaysWhyAndPowersOff() throws Exception {
        try (Pid1 nulld = Pid1.start(directory, "", "5", "cannot")) {
            nulld.awaitLine(line -> line.contains(CANNOT + "the test says so"), "the cause");
            nulld.awaitLine(line -> line.contains("what to do: do not say so"), "the remedy");
            assertThat(nulld.awaitEnd()).isEqualTo(Pid1.POWERED_OFF);
        }
    }

    @Test
    void rebootsInsteadWhenTheCommandLineSaysSo() throws Exception {
        onFailureReboot();
        try (Pid1 nulld = Pid1.start(directory, "", "5", "cannot")) {
            nulld.awaitLine(line -> line.contains("reboot in 10 s"), "what comes");
            assertThat(nulld.awaitEnd()).isEqualTo(Pid1.REBOOTED);
        }
    }

    @ParameterizedTest
    @CsvSource({"bug, a bug for the test", "reaper, a thread that dies for the test"})
    void aBugInPid1EndsTheMachineAndNotTheProcess(String wrong, String why) throws Exception {
        onFailureReboot();
        Pid1.script(
                directory,
                "careful",
                "trap 'echo saved > " + directory + "/saved; exit 0' TERM; echo ready >&3; exec 3>&-;"
                        + " while :; do sleep 0.2; done\n");
        try (Pid1 nulld = Pid1.start(directory, "careful:careful:", "5", wrong)) {
            String cause = nulld.awaitLine(line -> line.contains(CANNOT + "a bug in PID 1"), "the cause");
            assertThat(cause).contains(why).contains(" at dev.nullbox");
            nulld.awaitLine(line -> line.contains("what to do: report this"), "the remedy");
            assertThat(nulld.awaitEnd()).isEqualTo(Pid1.REBOOTED);
            if (nulld.output().contains("service.ready")) {
                assertThat(directory.resolve("saved"))
                        .as("what ran was asked to end")
                        .exists();
            }
        }
    }

    private void onFailureReboot() throws IOException {
        Files.createDirectories(directory.resolve("proc"));
        Files.writeString(directory.resolve("proc/cmdline"), "quiet nullbox.on-failure=reboot");
    }
}
