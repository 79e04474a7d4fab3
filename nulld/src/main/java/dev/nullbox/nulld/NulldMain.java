package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.nulld.boot.Stage1;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Cmdline;
import dev.nullbox.nulld.linux.SystemClock;
import dev.nullbox.nulld.shutdown.Power;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** PID 1: stage 1 in the initramfs, nulld in the root. */
public final class NulldMain {
    private static final Path ROOT = Path.of("/");

    private NulldMain() {}

    /**
     * Boots the machine as its PID 1, and ends it: never returns there. As any other process it prints what it is, and
     * ends.
     *
     * @param args of nulld in the root: the name of the disk or partition that stage 1 found the root on
     */
    public static void main(String[] args) {
        Libc libc = Natives.libc();
        if (libc.getpid() != 1) {
            System.err.println("nulld: this is the appliance's PID 1 and does nothing as another process");
            System.exit(64);
        }
        Clock clock = new SystemClock();
        boolean initramfs = Files.exists(Path.of(Stage1.MARKER));
        new Pid1Guard(libc, clock, () -> onFailure(ROOT)).run((journal, signals) -> {
            if (initramfs) {
                new Stage1(libc, clock, journal, ROOT).run();
            } else {
                Init.run(libc, clock, journal, signals, args.length == 0 ? "" : args[0]);
            }
        });
        while (true) {
            clock.pause(Long.MAX_VALUE / 2_000_000);
        }
    }

    /**
     * Action after a boot that fails: {@code nullbox.on-failure=reboot}, else power-off. Stage 1 may fail after it has
     * moved /proc and before it has moved itself.
     */
    static Power onFailure(Path root) {
        Path moved = root.resolve("newroot/proc/cmdline");
        Cmdline cmdline = Cmdline.read(Files.exists(moved) ? moved : root.resolve("proc/cmdline"));
        return cmdline.value("nullbox.on-failure").equals(Optional.of("reboot")) ? Power.REBOOT : Power.POWER_OFF;
    }
}
