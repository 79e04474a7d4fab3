package dev.nullbox.nulld;

import com.google.gson.JsonObject;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.OpenFlags;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.Tty;
import java.util.Optional;

/** The second serial port, which carries events as JSON lines when {@code nullbox.events=ttyS1} asks for it. */
final class EventPort {
    private static final int LINES = 1_024;

    private EventPort() {}

    /** Opens the port when asked for; says so when it cannot. Only names of serial ports are taken. */
    static void attach(Libc libc, Cmdline cmdline, Journal journal) {
        Optional<String> asked = cmdline.value("nullbox.events");
        if (asked.isEmpty()) {
            return;
        }
        String name = asked.orElseThrow();
        if (!name.startsWith("ttyS") && !name.startsWith("hvc")) {
            journal.text("nulld", "nullbox.events=" + name + " is no serial port; say ttyS1");
            return;
        }
        int flags = OpenFlags.O_WRONLY | OpenFlags.O_NOCTTY | OpenFlags.O_CLOEXEC;
        switch (libc.open("/dev/" + name, flags, 0)) {
            case SysResult.Ok(var fd) -> {
                raw(libc, (int) fd);
                journal.events(new LineSink(libc, (int) fd, LINES).start("events"));
            }
            case SysResult.Failed(var errno) -> {
                JsonObject fields = new JsonObject();
                fields.addProperty("reason", "no events on /dev/" + name + ": errno " + errno);
                journal.event("nulld", "appliance.degraded", fields);
            }
        }
    }

    /** Lines end in a newline only: struct termios' c_oflag (offset 4) without OPOST. Source: ioctl_tty(2), TCGETS. */
    private static void raw(Libc libc, int fd) {
        byte[] termios = new byte[64];
        if (libc.ioctl(fd, Tty.TCGETS, termios).isOk()) {
            termios[4] &= ~1;
            libc.ioctl(fd, Tty.TCSETS, termios);
        }
    }
}
