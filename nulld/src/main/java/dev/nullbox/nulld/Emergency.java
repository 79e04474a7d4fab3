package dev.nullbox.nulld;

import dev.nullbox.natives.Errno;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Reboot;
import dev.nullbox.natives.SysResult;
import java.nio.charset.StandardCharsets;

/**
 * The end of a machine that cannot go on: says why on the console, writes what is unwritten, waits so that a person can
 * read it, and powers off or reboots. Never returns and never throws; PID 1 must not exit, or the kernel panics.
 */
final class Emergency {
    /** How long the message stands before the power goes. */
    static final long READ_MILLIS = 10_000;
    /** How long writing out to disks may take. */
    static final long SYNC_MILLIS = 10_000;

    private static final int CONSOLE_FD = 1;

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;

    Emergency(Libc libc, Clock clock, Journal journal) {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
    }

    /** Says so and ends the machine. Does not return where the kernel obeys. */
    void end(String cause, String remedy, Power power) {
        say("nulld| NullBox cannot go on: " + cause);
        say("nulld| what to do: " + remedy);
        say("nulld| " + power.phase() + " in " + READ_MILLIS / 1000 + " s");
        journal.flush(1_000);
        sync(libc, clock, SYNC_MILLIS);
        clock.pause(READ_MILLIS);
        now(power);
    }

    /** Writes out to the disks, in a thread of its own: a dead disk must not hold up the end. False when it did not end. */
    static boolean sync(Libc libc, Clock clock, long millis) {
        Thread thread = new Thread(null, libc::sync, "sync", 64 * 1024);
        thread.setDaemon(true);
        thread.start();
        try {
            thread.join(Math.max(1, clock.toReal(millis)));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return !thread.isAlive();
    }

    /** Ends the machine at once: as asked, else by halting it. */
    void now(Power power) {
        if (libc.reboot(power.command()) instanceof SysResult.Failed(var errno)) {
            say("nulld| " + power.phase() + " refused: " + Errno.describe(errno) + "; halting");
            libc.reboot(Reboot.RB_HALT_SYSTEM);
        }
    }

    /** Straight to the console: the queue's thread may be what has failed. */
    private void say(String line) {
        byte[] bytes = (Journal.printable(line) + "\r\n").getBytes(StandardCharsets.UTF_8);
        libc.write(CONSOLE_FD, bytes, 0, bytes.length);
    }
}
