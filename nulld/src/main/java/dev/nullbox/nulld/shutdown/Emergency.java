package dev.nullbox.nulld.shutdown;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Reboot;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.log.Journal;
import java.nio.charset.StandardCharsets;

/**
 * The end of a machine that cannot go on: says why on the console, asks what runs to end, waits so that a person can read
 * it, kills what is left, writes what is unwritten, and powers off or reboots. Never returns where the kernel obeys, and
 * never throws; PID 1 must not exit, or the kernel panics.
 */
public final class Emergency {
    /** Time to read the message before the power goes. */
    static final long READ_MILLIS = 10_000;
    /** Time for a sync. */
    static final long SYNC_MILLIS = 10_000;

    private static final long PRINT_MILLIS = 2_000;
    private static final int PRINT_TRIES = 3;
    private static final int CONSOLE_FD = 1;

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;

    public Emergency(Libc libc, Clock clock, Journal journal) {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
    }

    /** Says so and ends the machine. Does not return where the kernel obeys. */
    public void end(String cause, String remedy, Power power) {
        try {
            print(
                    "nulld| NullBox cannot go on: " + cause,
                    "nulld| what to do: " + remedy,
                    "nulld| " + power.phase() + " in " + READ_MILLIS / 1000 + " s");
            journal.flush(1_000);
            // Services write and unlock what is theirs while the message stands; the first sync is for a second
            // failure.
            libc.kill(-1, Signals.SIGTERM);
            sync(libc, clock, SYNC_MILLIS);
            clock.pause(READ_MILLIS);
            libc.kill(-1, Signals.SIGKILL);
            sync(libc, clock, SYNC_MILLIS);
        } finally {
            now(power);
        }
    }

    /** Writes out to the disks, in a thread of its own: a dead disk must not hold up the end. False when it did not end. */
    static boolean sync(Libc libc, Clock clock, long millis) {
        return within(clock, millis, "sync", libc::sync);
    }

    private static boolean within(Clock clock, long millis, String name, Runnable work) {
        Thread thread = new Thread(null, work, name, 64 * 1024);
        thread.setDaemon(true);
        try {
            thread.start();
            thread.join(Math.max(1, clock.toReal(millis)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (OutOfMemoryError e) {
            work.run(); // no thread can be made: better without a bound than not at all
            return true;
        }
        return !thread.isAlive();
    }

    /** Ends the machine at once: as asked, else by halting it. */
    void now(Power power) {
        if (libc.reboot(power.command()) instanceof SysResult.Failed(var errno)) {
            print("nulld| " + power.phase() + " refused: " + Errno.describe(errno) + "; halting");
            if (libc.reboot(Reboot.RB_HALT_SYSTEM) instanceof SysResult.Failed(var again)) {
                print("nulld| halt refused: " + Errno.describe(again) + "; all is written out, turn the machine off");
            }
        }
    }

    /** Straight to the console: the queue's thread may be what has failed. A console that hangs holds up nothing. */
    private void print(String... lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(Journal.printable(line)).append("\r\n");
        }
        byte[] bytes = text.toString().getBytes(StandardCharsets.UTF_8);
        within(clock, PRINT_MILLIS, "emergency", () -> {
            for (int tries = 0; tries < PRINT_TRIES; tries++) {
                if (libc.write(CONSOLE_FD, bytes, 0, bytes.length).isOk()) {
                    return;
                }
            }
        });
    }
}
