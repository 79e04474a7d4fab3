package dev.nullbox.nulld.log;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Screen of the machine, as a second console: {@code /dev/console} is the last that the kernel command line names,
 * usually a serial port. Source: Documentation/admin-guide/serial-console.rst.
 */
public final class Screen {
    private static final String TTY = "tty0";
    private static final int LINES = 512;

    private Screen() {}

    /**
     * Prints the journal's lines there from now on, when the kernel has the screen as a console, and another one as
     * {@code /dev/console}.
     *
     * @param root {@code /}, with /dev and /sys mounted
     */
    public static void attach(Libc libc, Path root, Journal journal) {
        List<String> consoles = consoles(root.resolve("sys/class/tty/console/active"));
        if (!consoles.contains(TTY) || consoles.getLast().equals(TTY)) {
            return;
        }
        String node = root.resolve("dev").resolve(TTY).toString();
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC;
        switch (libc.open(node, flags, 0)) {
            case SysResult.Ok(var fd) ->
                journal.screen(new LineSink(libc, (int) fd, LINES, why -> journal.text("nulld", "screen lost: " + why))
                        .start("screen"));
            case SysResult.Failed(var errno) ->
                journal.text("nulld", "nothing on the screen: open " + node + ": " + Errno.describe(errno));
        }
    }

    /** Names of the kernel's consoles; none where it does not tell. */
    private static List<String> consoles(Path active) {
        try {
            return List.of(Files.readString(active).strip().split(" ", -1));
        } catch (IOException e) {
            return List.of("");
        }
    }
}
