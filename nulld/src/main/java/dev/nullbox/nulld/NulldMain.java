package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.nio.file.Files;
import java.nio.file.Path;

/** PID 1: stage 1 in the initramfs, nulld in the root. */
public final class NulldMain {
    private static final int CONSOLE_FD = 1;
    private static final int CONSOLE_LINES = 512;

    private NulldMain() {}

    /**
     * Boots the machine as its PID 1, and ends it: never returns there. As any other process it only says what it is.
     *
     * @param args none
     */
    public static void main(String[] args) {
        Libc libc = Natives.libc();
        if (libc.getpid() != 1) {
            System.err.println("nulld: this is the appliance's PID 1 and does nothing as another process");
            System.exit(64);
        }
        Clock clock = new SystemClock();
        Journal journal = new Journal(clock);
        journal.console(new LineSink(libc, CONSOLE_FD, CONSOLE_LINES).start("console"));
        Emergency emergency = new Emergency(libc, clock, journal);
        boolean initramfs = Files.exists(Path.of(Stage1.MARKER));
        try {
            if (initramfs) {
                new Stage1(libc, clock, journal, Path.of("/")).run();
            } else {
                Appliance.run(libc, clock, journal);
            }
            emergency.end("PID 1 came to its end", "report this: it is a bug", onFailure());
        } catch (BootException e) {
            emergency.end(e.getMessage(), e.remedy(), onFailure());
        } catch (Throwable e) {
            emergency.end("a bug in PID 1: " + e, "report this, with the lines above", onFailure());
        }
        while (true) {
            clock.pause(Long.MAX_VALUE / 2_000_000);
        }
    }

    private static Power onFailure() {
        // Stage 1 may fail after it has moved /proc and before it has moved itself.
        Path moved = Path.of("/newroot/proc/cmdline");
        return Cmdline.read(Files.exists(moved) ? moved : Path.of("/proc/cmdline"))
                .onFailure();
    }
}
