package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.Ending;
import dev.nullbox.cage.jail.JailProcess;
import dev.nullbox.cage.secrets.Complaints;
import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.natives.linux.Wait;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;

/**
 * The one reader of a process's console, messages and status, and the one that reaps it. The process's end counts, not
 * the pipes': a child of its own could keep those open.
 */
final class RunPump implements Runnable {
    /** Who is told, on the pump's thread. */
    interface Listener {
        /** One line of the guest's console, escaped. */
        void console(String line);

        /** One line of the VMM's own, escaped. */
        void message(String line);

        /** One line of the status pipe. */
        void status(String line);

        /** The process is reaped; nothing comes after this. */
        void ended(Ending ending);
    }

    private static final int POLLFD_BYTES = 8;
    private static final int EVENTS_OFFSET = 4;
    private static final int REVENTS_OFFSET = 6;
    private static final int CHUNK_BYTES = 8192;
    private static final int POLL_MILLIS = 500;
    private static final int LAST_ROUNDS = 64;

    private static final class Stream {
        private final int fd;
        private final ConsoleLines lines;
        private boolean isOpen = true;

        Stream(int fd, ConsoleLines lines) {
            this.fd = fd;
            this.lines = lines;
        }
    }

    private final Libc libc;
    private final JailProcess process;
    private final Listener listener;
    private final List<Stream> streams;
    private final byte[] chunk = new byte[CHUNK_BYTES];
    private final int[] status = new int[1];
    private boolean isReaped;

    RunPump(Libc libc, JailProcess process, Listener listener) {
        this.libc = libc;
        this.process = process;
        this.listener = listener;
        this.streams = List.of(
                new Stream(process.console(), new ConsoleLines(listener::console)),
                new Stream(process.messages(), new ConsoleLines(listener::message)),
                new Stream(process.status(), new ConsoleLines(listener::status)));
    }

    @Override
    public void run() {
        try {
            pump();
        } catch (RuntimeException e) {
            // A process that nobody watches would never be known to have ended, and keep what it was lent.
            System.err.println("cage: process " + process.pid() + " is ended for a bug: " + Complaints.bug(e));
            end();
        }
        listener.ended(Ending.ofWaitStatus(status[0]));
    }

    private void end() {
        if (!isReaped) {
            libc.kill(process.pid(), Signals.SIGKILL);
            libc.waitpid(process.pid(), status, 0);
        }
        for (Stream stream : streams) {
            if (stream.isOpen) {
                libc.close(stream.fd);
            }
        }
    }

    private void pump() {
        while (!isReaped) {
            boolean anyOpen = streams.stream().anyMatch(stream -> stream.isOpen);
            boolean anyRead = anyOpen && readReady(POLL_MILLIS);
            if (!anyRead) {
                SysResult reaped = libc.waitpid(process.pid(), status, anyOpen ? Wait.WNOHANG : 0);
                isReaped = reaped instanceof SysResult.Failed || reaped.equals(new SysResult.Ok(process.pid()));
            }
        }
        // What is in the pipes still; bounded, as a child of the process could go on writing.
        int rounds = 0;
        boolean more = true;
        while (more && rounds < LAST_ROUNDS) {
            more = readReady(0);
            rounds++;
        }
        for (Stream stream : streams) {
            close(stream);
        }
    }

    /** Reads once from each stream that has something; false when none had within the time. */
    private boolean readReady(int timeoutMillis) {
        List<Stream> open = streams.stream().filter(stream -> stream.isOpen).toList();
        if (open.isEmpty()) {
            return false;
        }
        ByteBuffer fds = ByteBuffer.allocate(open.size() * POLLFD_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < open.size(); i++) {
            fds.putInt(i * POLLFD_BYTES, open.get(i).fd);
            fds.putShort(i * POLLFD_BYTES + EVENTS_OFFSET, (short) Poll.POLLIN);
        }
        if (!libc.poll(fds.array(), timeoutMillis).isOk()) {
            return false;
        }
        boolean any = false;
        for (int i = 0; i < open.size(); i++) {
            if (fds.getShort(i * POLLFD_BYTES + REVENTS_OFFSET) != 0) {
                any |= read(open.get(i));
            }
        }
        return any;
    }

    private boolean read(Stream stream) {
        if (libc.read(stream.fd, chunk, 0, chunk.length) instanceof SysResult.Ok(long count) && count > 0) {
            stream.lines.feed(chunk, (int) count);
            return true;
        }
        close(stream);
        return false;
    }

    private void close(Stream stream) {
        if (stream.isOpen) {
            stream.isOpen = false;
            libc.close(stream.fd);
            stream.lines.end();
        }
    }
}
