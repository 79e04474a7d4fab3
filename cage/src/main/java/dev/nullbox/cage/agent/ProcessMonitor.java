package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.VmMain;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.service.RateLimitedLog;
import dev.nullbox.service.TerminalText;
import dev.nullbox.service.process.ChildProcess;
import dev.nullbox.service.process.ExitStatus;
import dev.nullbox.service.process.LineSplitter;
import dev.nullbox.service.process.PipeReader;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Reader of a process's console, messages and status, which also reaps it. The end of the process counts, not that of
 * the pipes: a child of the process could keep those open.
 */
final class ProcessMonitor implements Runnable {
    /** Callbacks, on the monitor's thread. */
    interface Listener {
        /** One line of the guest's kernel or init, escaped. */
        void console(String line);

        /** One line of the VMM's own, escaped. */
        void message(String line);

        /** One line of the status pipe. */
        void status(String line);

        /** The process is reaped; nothing comes after this. */
        void ended(ExitStatus status);
    }

    private static final int MAX_LINE_BYTES = 2048;
    private static final int POLL_MILLIS = 500;
    private static final int LAST_ROUNDS = 64;

    private final ChildProcess process;
    private final Listener listener;
    private final PipeReader pipes;
    private Optional<ExitStatus> status = Optional.empty();

    ProcessMonitor(Libc libc, ChildProcess process, Listener listener) {
        this.process = process;
        this.listener = listener;
        this.pipes = new PipeReader(libc);
        add(process.output(1), listener::console);
        add(process.output(2), listener::message);
        add(process.output(VmMain.STATUS_FD), listener::status);
    }

    private void add(int fd, Consumer<String> lines) {
        pipes.add(
                fd,
                LineSplitter.splitting(MAX_LINE_BYTES, line -> lines.accept(TerminalText.escaped(line))),
                errno -> {});
    }

    @Override
    public void run() {
        try {
            monitor();
        } catch (RuntimeException e) {
            // An unwatched process would never be known to have ended, and its leases would stay in force.
            System.err.println("cage: process " + process.pid() + " is ended for a bug: " + RateLimitedLog.bug(e));
            end();
        }
        process.close();
        listener.ended(status.orElseThrow());
    }

    private void end() {
        var _ = process.signal(Signals.SIGKILL);
        while (status.isEmpty()) {
            status = process.await(POLL_MILLIS);
        }
        try {
            pipes.close();
        } catch (RuntimeException e) {
            System.err.println("cage: its last lines are lost: " + RateLimitedLog.bug(e));
        }
    }

    private void monitor() {
        while (status.isEmpty()) {
            if (pipes.isEmpty()) {
                status = process.await(POLL_MILLIS);
            } else {
                anyReady(POLL_MILLIS);
                // In every round: continuous output must not hide the end.
                status = process.await(0);
            }
        }
        // The pipes' remaining content; bounded, as a child of the process could go on writing.
        for (int rounds = 0; rounds < LAST_ROUNDS && !pipes.isEmpty() && anyReady(0); rounds++) {}
        pipes.close();
    }

    private boolean anyReady(int timeoutMillis) {
        return pipes.poll(timeoutMillis) instanceof SysResult.Ok(long count) && count > 0;
    }
}
