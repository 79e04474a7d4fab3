package dev.nullbox.nulld;

import dev.nullbox.natives.Libc;
import dev.nullbox.nulld.linux.BootException;
import dev.nullbox.nulld.linux.Clock;
import dev.nullbox.nulld.log.Journal;
import dev.nullbox.nulld.log.LineSink;
import dev.nullbox.nulld.shutdown.Emergency;
import dev.nullbox.nulld.shutdown.Power;
import java.util.function.Supplier;

/** Top-level guard of PID 1: the process never exits, and every failure ends in a power-off or reboot. */
final class Pid1Guard {
    private static final int CONSOLE_FD = 1;
    private static final int CONSOLE_LINES = 512;

    private final Libc libc;
    private final Clock clock;
    private final Supplier<Power> onFailure;
    private final Journal journal;
    private final PowerSignals signals = new PowerSignals();

    /** @param onFailure the end after a failed boot, evaluated then: the command line may not be readable before */
    Pid1Guard(Libc libc, Clock clock, Supplier<Power> onFailure) {
        this.libc = libc;
        this.clock = clock;
        this.onFailure = onFailure;
        this.journal = new Journal(clock);
    }

    /** Work of PID 1; returns only where it cannot go on. */
    @FunctionalInterface
    interface Body {
        /**
         * Runs it.
         *
         * @throws BootException when the boot cannot go on
         */
        void run(Journal journal, PowerSignals signals) throws BootException;
    }

    /** Runs it, and ends the machine after it; returns only when the kernel refuses that. */
    void run(Body body) {
        journal.console(
                new LineSink(libc, CONSOLE_FD, CONSOLE_LINES, why -> journal.text("nulld", "console lost: " + why))
                        .start("console"));
        Emergency emergency = new Emergency(libc, clock, journal);
        try {
            signals.install(libc, journal);
            body.run(journal, signals);
            emergency.end("PID 1 reached its end", "report this: it is a bug", onFailure.get());
        } catch (BootException e) {
            emergency.end(e.getMessage(), e.remedy(), onFailure.get());
        } catch (Throwable e) { // for every failure: the process must not end
            emergency.end("a bug in PID 1: " + describe(e), "report this, with the lines above", onFailure.get());
        }
    }

    /** The innermost cause and the place in the code where it arose. */
    private static String describe(Throwable bug) {
        Throwable cause = bug;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        StackTraceElement[] trace = cause.getStackTrace();
        return cause + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}
