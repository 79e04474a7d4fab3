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
 * End of a machine that cannot go on: prints the cause on the console, sends SIGTERM, waits so that a person can read
 * it, kills what is left, syncs, and powers off or reboots. Returns only when the kernel refuses, and never throws; PID
 * 1 must not exit, or the kernel panics.
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

    /** Prints the cause and the remedy, and ends the machine. Returns only when the kernel refuses. */
    public void end(String cause, String remedy, Power power) {
        try {
            print(
                    "nulld| NullBox cannot go on: " + cause,
                    "nulld| what to do: " + remedy,
                    "nulld| " + power.phase() + " in " + READ_MILLIS / 1000 + " s");
            journal.flush(1_000);
            // Services save and unlock their files while the message stands; the first sync is in case of a second
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

    /** Syncs the disks, in a thread of its own: a dead disk must not delay the end. False when it did not finish. */
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
            work.run(); // no thread can be made: better unbounded than not at all
            return true;
        }
        return !thread.isAlive();
    }

    /** Ends the machine at once: as requested, else by halting it. */
    void now(Power power) {
        if (libc.reboot(power.command()) instanceof SysResult.Failed(var errno)) {
            print("nulld| " + power.phase() + " refused: " + Errno.describe(errno) + "; halting");
            if (libc.reboot(Reboot.RB_HALT_SYSTEM) instanceof SysResult.Failed(var again)) {
                print("nulld| halt refused: " + Errno.describe(again) + "; all is written out, turn the machine off");
            }
        }
    }

    /**
     * Writes straight to the console: the queue's thread may be what has failed. A console that hangs delays nothing.
     */
    private void print(String... lines) {
        StringBuilder text = new StringBuilder();
        for (String line : lines) {
            text.append(Journal.printable(line)).append("\r\n");
        }
        for (String line : lines) {
            journal.onScreen(line);
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
