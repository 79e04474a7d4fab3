package dev.nullbox.nulld.shutdown;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Mounts;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.linux.Watchdog;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.supervise.Reaper;
import dev.nullbox.protocol.api.NulldContract;
import java.util.List;

/** Last steps, once the services are down: kill what is left, unmount, sync, and end. No failure stops them. */
public final class Shutdown {
    private static final long TERM_MILLIS = 2_000;
    private static final long KILL_MILLIS = 3_000;

    private final Libc libc;
    private final Clock clock;
    private final Journal journal;
    private final Reaper reaper;

    public Shutdown(Libc libc, Clock clock, Journal journal, Reaper reaper) {
        this.libc = libc;
        this.clock = clock;
        this.journal = journal;
        this.reaper = reaper;
    }

    /**
     * Runs them; returns only when the kernel refuses to end the machine.
     *
     * @param watchdog fed at each step, so that one which hangs has the machine restarted; disarmed before the end
     */
    public void run(Power power, List<String> unmounts, Watchdog watchdog) {
        phase("kill");
        watchdog.feed();
        killAll();
        phase("unmount");
        watchdog.feed();
        unmounts.forEach(this::unmount);
        phase("sync");
        watchdog.feed();
        if (!Emergency.sync(libc, clock, Emergency.SYNC_MILLIS)) {
            journal.text("nulld", "a disk did not write everything; going on without");
        }
        phase(power.phase());
        journal.flush(2_000);
        watchdog.disarm();
        new Emergency(libc, clock, journal).now(power);
    }

    /** Emits the next step. */
    public void phase(String name) {
        journal.event("nulld", NulldContract.SHUTDOWN_PHASE, NulldContract.PHASE.is(name));
    }

    private void killAll() {
        signalAll(Signals.SIGTERM);
        if (reaper.awaitChildless(Math.max(1, clock.toReal(TERM_MILLIS)))) {
            return;
        }
        signalAll(Signals.SIGKILL);
        if (!reaper.awaitChildless(Math.max(1, clock.toReal(KILL_MILLIS)))) {
            journal.text("nulld", "a process cannot be killed: it hangs in the kernel; going on without");
        }
    }

    /** Signals every process but PID 1: kill(2). */
    private void signalAll(int signal) {
        if (libc.kill(-1, signal) instanceof SysResult.Failed(var errno) && errno != Errno.ESRCH) {
            journal.text("nulld", "signal " + signal + " does not reach what is left: " + Errno.describe(errno));
        }
    }

    private void unmount(String target) {
        if (!(libc.umount2(target, 0) instanceof SysResult.Failed(var errno))) {
            return;
        }
        if (errno == Errno.EINVAL || errno == Errno.ENOENT) {
            return; // nothing is mounted there
        }
        journal.text("nulld", "cannot unmount " + target + ": " + Errno.describe(errno) + "; detaching it");
        if (libc.umount2(target, Mounts.MNT_DETACH) instanceof SysResult.Failed(var again)) {
            journal.text("nulld", "cannot detach " + target + ": " + Errno.describe(again));
        }
    }
}
