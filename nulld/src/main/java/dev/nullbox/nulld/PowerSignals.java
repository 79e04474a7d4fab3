package dev.nullbox.nulld;

import dev.nullbox.natives.Errno;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Signals;
import dev.nullbox.natives.SysResult;
import java.util.concurrent.locks.LockSupport;

/**
 * Signals to PID 1. INT is the kernel's Ctrl-Alt-Del: the language's runtime answers it by running its exit hooks, and ours
 * asks for an ordered reboot and never ends, so that the process does not either. TERM, HUP, PWR and PIPE are ignored:
 * power-off is asked for by {@code nulld.shutdown}. None may end the process, or the kernel panics.
 */
final class PowerSignals {
    private static final int STACK_BYTES = 64 * 1024;

    private PowerSignals() {}

    static void listen(Libc libc, Runnable reboot, Journal journal) {
        for (int signal : new int[] {Signals.SIGTERM, Signals.SIGHUP, Signals.SIGPWR, Signals.SIGPIPE}) {
            if (libc.ignoreSignal(signal) instanceof SysResult.Failed(var errno)) {
                journal.text("nulld", "signal " + signal + " cannot be ignored: " + Errno.describe(errno));
            }
        }
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        null,
                        () -> {
                            reboot.run();
                            forEver();
                        },
                        "exit",
                        STACK_BYTES));
    }

    private static void forEver() {
        while (true) {
            LockSupport.park();
        }
    }
}
