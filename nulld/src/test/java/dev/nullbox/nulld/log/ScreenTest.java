package dev.nullbox.nulld.log;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.nulld.linux.SystemClock;
import dev.nullbox.protocol.api.NulldContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The screen as a second console, by what the kernel says of its consoles. */
class ScreenTest {
    @TempDir
    private Path root;

    private final FakeLibc libc = new FakeLibc();
    private final Journal journal = new Journal(new SystemClock());

    private void attach(String active) throws IOException {
        Files.writeString(
                Files.createDirectories(root.resolve("sys/class/tty/console")).resolve("active"), active + "\n");
        Screen.attach(libc, root, journal);
    }

    @Test
    void screenBesideASerialConsoleGetsTheLinesToo() throws IOException {
        attach("tty0 ttyS0");
        assertThat(libc.calls("open")).singleElement().asString().contains(root + "/dev/tty0");
        journal.text("nulld", "hello");
        journal.onScreen("an emergency");
        journal.flush(10_000);
        // "nulld| hello" and "an emergency", each with its newline.
        assertThat(libc.calls("write")).containsExactly("write(100, 13)", "write(100, 13)");
    }

    @Test
    void screenThatIsTheConsoleOrNoneIsLeftAlone() throws IOException {
        attach("ttyS0 tty0");
        attach("tty0");
        attach("ttyS0");
        attach("");
        Files.delete(root.resolve("sys/class/tty/console/active"));
        Screen.attach(libc, root, journal);
        journal.text("nulld", "hello");
        journal.onScreen("an emergency");
        journal.flush(10_000);
        assertThat(libc.calls()).isEmpty();
    }

    @Test
    void screenThatCannotBeOpenedIsToldOnTheConsole() throws IOException {
        libc.fails("open", Errno.ENXIO);
        attach("tty0 ttyS0");
        assertThat(journal.read(0, 10, Optional.empty(), 0).get(NulldContract.RECORDS))
                .singleElement()
                .asString()
                .contains("nothing on the screen", "ENXIO");
    }
}
