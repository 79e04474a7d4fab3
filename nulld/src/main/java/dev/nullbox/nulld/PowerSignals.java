package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.shutdown.Power;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import sun.misc.Signal;

/**
 * Signals to PID 1, none of which may end the process, or the kernel panics. INT is the kernel's Ctrl-Alt-Del: reboot
 * in order. TERM (what stops a container) and PWR (a hypervisor or the daemon of a battery): power off in order. HUP
 * and PIPE have no effect. A signal that arrives before {@link #to} is kept.
 */
final class PowerSignals {
    private static final int STACK_BYTES = 64 * 1024;

    private Optional<Consumer<NulldEvent.PowerRequested>> listener = Optional.empty();
    private Optional<NulldEvent.PowerRequested> early = Optional.empty();

    /** Takes the signals over from the Java runtime, which would end the process. */
    void install(Libc libc, Journal journal) {
        for (int signal : new int[] {Signals.SIGHUP, Signals.SIGPIPE}) {
            if (libc.ignoreSignal(signal) instanceof SysResult.Failed(var errno)) {
                journal.text("nulld", "signal " + signal + " cannot be ignored: " + Errno.describe(errno));
            }
        }
        handle("INT", new NulldEvent.PowerRequested(Power.REBOOT, "Ctrl-Alt-Del (SIGINT)"), journal);
        handle("TERM", new NulldEvent.PowerRequested(Power.POWER_OFF, "SIGTERM"), journal);
        handle("PWR", new NulldEvent.PowerRequested(Power.POWER_OFF, "SIGPWR"), journal);
        // Should the runtime ever exit, it runs its exit hooks first, and this one does not return.
        Runnable never = () -> {
            raised(new NulldEvent.PowerRequested(Power.REBOOT, "the end of PID 1's runtime"));
            while (true) {
                LockSupport.park();
            }
        };
        Runtime.getRuntime().addShutdownHook(new Thread(null, never, "exit", STACK_BYTES));
    }

    /** Sends signals to the target from now on, the kept one first. */
    synchronized void to(Consumer<NulldEvent.PowerRequested> target) {
        listener = Optional.of(target);
        early.ifPresent(target);
    }

    /** Handles the arrival of a signal. */
    synchronized void raised(NulldEvent.PowerRequested event) {
        if (listener.isEmpty()) {
            early = Optional.of(event);
        }
        listener.ifPresent(target -> target.accept(event));
    }

    private void handle(String name, NulldEvent.PowerRequested event, Journal journal) {
        try {
            Signal.handle(new Signal(name), signal -> raised(event));
        } catch (IllegalArgumentException e) {
            journal.text("nulld", "SIG" + name + " has no effect: " + e.getMessage());
        }
    }
}
