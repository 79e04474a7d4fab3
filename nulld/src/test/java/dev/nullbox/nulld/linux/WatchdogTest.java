package dev.nullbox.nulld.linux;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The watchdog: which is armed, how it is fed, and what is said. */
class WatchdogTest {
    @TempDir
    private Path root;

    private final FakeLibc libc = new FakeLibc();
    private final ManualClock clock = new ManualClock();
    private final List<String> said = new ArrayList<>();

    private void device(String name, String identity) throws IOException {
        Files.writeString(
                Files.createDirectories(root.resolve("sys/class/watchdog/" + name))
                        .resolve("identity"),
                identity + "\n");
    }

    private Watchdog arm() {
        return Watchdog.arm(libc, clock, root, said::add);
    }

    @Test
    void hardwareIsArmedBeforeTheKernelsOwn() throws IOException {
        device("watchdog0", "Software Watchdog");
        device("watchdog1", "i6300ESB timer");
        arm();
        assertThat(libc.calls("open")).singleElement().asString().contains("/dev/watchdog1");
        // 60 s, as a number of 4 bytes.
        assertThat(libc.calls("ioctl")).singleElement().asString().contains("c0045706, 3c000000");
        assertThat(said)
                .containsExactly(
                        "the watchdog i6300ESB timer is armed: 60 s after PID 1 or the kernel hangs the machine"
                                + " starts again");
    }

    @Test
    void kernelsOwnSaysWhatItDoesNotNotice() throws IOException {
        device("watchdog0", "Software Watchdog");
        arm();
        assertThat(said).singleElement().asString().contains("nothing notices a kernel that hangs");
    }

    @Test
    void machineWithoutOneIsToldSo() {
        Watchdog none = arm();
        assertThat(said).singleElement().asString().startsWith("no watchdog:");
        none.feed();
        none.disarm();
        assertThat(none.due()).isEqualTo(Long.MAX_VALUE);
        assertThat(libc.calls()).isEmpty();
    }

    @Test
    void fedFourTimesInItsTimeoutAndDisarmedByTheMagicByte() throws IOException {
        device("watchdog0", "iTCO_wdt");
        Watchdog watchdog = arm();
        assertThat(libc.calls("write")).hasSize(1);
        assertThat(watchdog.due()).isEqualTo(clock.millis() + 15_000);
        clock.pause(15_000);
        watchdog.feed();
        assertThat(libc.calls("write")).hasSize(2);
        assertThat(watchdog.due()).isEqualTo(clock.millis() + 15_000);
        watchdog.disarm();
        // FakeLibc keeps no content: that the byte is the right one is WatchdogVmIT's.
        assertThat(libc.calls("write")).hasSize(3);
        assertThat(libc.openFds()).isEmpty();
        assertThat(watchdog.due()).isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void timeoutThatCannotBeSetIsRead() throws IOException {
        device("watchdog0", "SP5100 TCO timer");
        libc.fails("ioctl", Errno.EINVAL).gives("ioctl", new byte[] {20, 0, 0, 0});
        assertThat(arm().due()).isEqualTo(clock.millis() + 5_000);
        assertThat(said).singleElement().asString().contains("is armed: 20 s after");
    }

    @Test
    void deviceThatCannotBeArmedIsNamedAndTheNextTried() throws IOException {
        device("watchdog0", "Software Watchdog");
        device("watchdog1", "i6300ESB timer");
        libc.fails("open", Errno.EBUSY);
        arm();
        assertThat(said).hasSize(2);
        assertThat(said.getFirst()).contains("i6300ESB timer cannot be armed").contains("EBUSY");
        assertThat(said.getLast()).contains("Software Watchdog is armed");
    }

    @Test
    void timeoutThatNothingTellsLeavesItDisarmed() throws IOException {
        device("watchdog0", "i6300ESB timer");
        libc.fails("ioctl", Errno.EIO).fails("ioctl", Errno.EIO);
        arm();
        assertThat(said.getFirst()).contains("cannot be armed");
        assertThat(said.getLast()).startsWith("no watchdog:");
        assertThat(libc.calls("write")).hasSize(1);
        assertThat(libc.openFds()).isEmpty();
    }

    @Test
    void feedingThatFailsIsSaidOnceAndTriedAgain() throws IOException {
        device("watchdog0", "i6300ESB timer");
        Watchdog watchdog = arm();
        libc.fails("write", Errno.EIO).fails("write", Errno.EIO);
        watchdog.feed();
        watchdog.feed();
        watchdog.feed();
        assertThat(said).hasSize(2);
        assertThat(said.getLast()).startsWith("feeding the watchdog failed, tried again: EIO");
        assertThat(watchdog.due()).isEqualTo(clock.millis() + 15_000);
    }
}
