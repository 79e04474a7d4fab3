package dev.nullbox.nulld.log;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Tty;
import dev.nullbox.nulld.linux.Cmdline;
import java.util.Optional;
import java.util.function.Consumer;

/** The second serial port, which carries events as JSON lines when {@code nullbox.events=ttyS1} asks for it. */
public final class EventPort {
    private static final int LINES = 1_024;
    /** Room for struct termios, which has 60 bytes. */
    private static final int TERMIOS_BYTES = 64;

    private static final int OUTPUT_FLAGS = 4;
    private static final int OPOST = 1;

    private EventPort() {}

    /**
     * Opens the port when asked for. Only names of serial ports are taken.
     *
     * @param problem takes the reason when events are missing or malformed
     */
    public static void attach(Libc libc, Cmdline cmdline, Journal journal, Consumer<String> problem) {
        Optional<String> asked = cmdline.value("nullbox.events");
        if (asked.isEmpty()) {
            return;
        }
        String name = asked.orElseThrow();
        if (!name.startsWith("ttyS") && !name.startsWith("hvc")) {
            problem.accept("nullbox.events=" + name + " is no serial port; say ttyS1");
            return;
        }
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC;
        switch (libc.open("/dev/" + name, flags, 0)) {
            case SysResult.Ok(var fd) -> {
                raw(libc, (int) fd, problem);
                journal.events(
                        new LineSink(libc, (int) fd, LINES, why -> journal.text("nulld", "no more events: " + why))
                                .start("events"));
            }
            case SysResult.Failed(var errno) ->
                problem.accept("no events on /dev/" + name + ": " + Errno.describe(errno));
        }
    }

    /**
     * Sets the port to end lines in a newline only: struct termios' c_oflag (offset 4) without OPOST. Source:
     * ioctl_tty(2), TCGETS.
     */
    private static void raw(Libc libc, int fd, Consumer<String> problem) {
        byte[] termios = new byte[TERMIOS_BYTES];
        SysResult result = libc.ioctl(fd, Tty.TCGETS, termios);
        if (result.isOk()) {
            termios[OUTPUT_FLAGS] &= ~OPOST;
            result = libc.ioctl(fd, Tty.TCSETS, termios);
        }
        if (result instanceof SysResult.Failed(var errno)) {
            problem.accept("events end in carriage returns: the port's mode cannot be set: " + Errno.describe(errno));
        }
    }
}
