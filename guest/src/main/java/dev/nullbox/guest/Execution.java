package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/**
 * Program with its three streams. It is killed when the host closes the connection. Its end is reported once it has
 * ended and no process has its output open any more, as a shell waits for a command whose output it reads.
 */
final class Execution {
    private static final int FIRST_OTHER = 3;
    private static final int SIGNAL_MASK = 0x7f;
    private static final int CODE_SHIFT = 8;
    private static final int CODE_MASK = 0xff;

    private final Libc libc;
    private final Connection stream;
    private final StreamRelay relay;
    /** Guards the terminal's descriptor, which another thread closes. */
    private final Object window = new Object();

    private boolean isWindowOpen = true;

    Execution(Libc libc, Connection stream) {
        this.libc = libc;
        this.stream = stream;
        this.relay = new StreamRelay(libc, stream);
    }

    /** Runs the program that the call asks for, to its end. */
    void run(Entrance entrance, GuestCall call) throws IOException {
        ProgramStreams streams = null;
        int pid;
        try {
            streams = streams(entrance, call.fields());
            pid = spawn(entrance, call, streams);
        } catch (IOException e) {
            if (streams != null) {
                streams.close(libc);
            }
            relay.refuse(String.valueOf(e.getMessage()));
            return;
        } finally {
            if (streams != null) {
                streams.closeOwn(libc);
            }
        }
        serve(pid, streams);
    }

    private ProgramStreams streams(Entrance entrance, GuestCall.Fields call) throws IOException {
        return call.has(GuestTag.TERMINAL)
                ? ProgramStreams.terminal(libc, entrance.terminals(), (int) call.number(GuestTag.ROWS), (int)
                        call.number(GuestTag.COLUMNS))
                : ProgramStreams.pipes(libc);
    }

    private int spawn(Entrance entrance, GuestCall call, ProgramStreams streams) throws IOException {
        List<String> arguments = entrance.arguments(call);
        return libc.posixSpawn(
                        arguments.getFirst(),
                        arguments,
                        entrance.environment(call),
                        List.of(
                                new SpawnAction.Dup2(streams.ownIn(), 0),
                                new SpawnAction.Dup2(streams.ownOut(), 1),
                                new SpawnAction.Dup2(streams.ownErr(), 2),
                                new SpawnAction.CloseFrom(FIRST_OTHER)),
                        true)
                .orThrow("posix_spawn " + arguments.getFirst());
    }

    private void serve(int pid, ProgramStreams streams) throws IOException {
        int pidfd = libc.pidfdOpen(pid).orThrow("pidfd_open " + pid);
        try {
            relay.nonBlocking(streams.in());
            Thread reader = relay.thread("obey", () -> obey(pidfd, streams));
            relay.thread("feed", () -> feed(streams));
            List<Thread> outputs = new ArrayList<>();
            outputs.add(relay.thread("pass-out", () -> pass(streams.out(), FrameKind.STDOUT)));
            if (!streams.isTerminal()) {
                outputs.add(relay.thread("pass-err", () -> pass(streams.err(), FrameKind.STDERR)));
            }
            int status = reap(pid);
            for (Thread output : outputs) {
                output.join();
            }
            if (!relay.isGivenUp()) {
                stream.write(exit(status));
            }
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            relay.giveUp();
            libc.close(pidfd);
        }
    }

    private int reap(int pid) throws IOException {
        int[] status = new int[1];
        SysResult result = libc.waitpid(pid, status, 0);
        while (result.failedWith(Errno.EINTR)) {
            result = libc.waitpid(pid, status, 0);
        }
        result.orThrow("waitpid " + pid);
        return status[0];
    }

    private static Frame exit(int status) {
        int signal = status & SIGNAL_MASK;
        return new Frame(
                FrameKind.EXIT,
                new GuestCall.Fields()
                        .add(GuestTag.HOW, (signal == 0 ? GuestHow.EXITED : GuestHow.SIGNALLED).number())
                        .add(GuestTag.CODE, signal == 0 ? status >> CODE_SHIFT & CODE_MASK : signal)
                        .encode());
    }

    /** Handles the host's frames until it closes the connection; the program is killed then. */
    private void obey(int pidfd, ProgramStreams streams) throws IOException {
        try {
            while (true) {
                take(stream.read(), pidfd, streams);
            }
        } catch (EOFException e) {
            // The host has everything that it wants.
        } finally {
            relay.giveUp();
            var _ = libc.pidfdSendSignal(pidfd, Signals.SIGKILL);
        }
    }

    private void take(Frame frame, int pidfd, ProgramStreams streams) throws IOException {
        switch (frame.kind()) {
            case STDIN, END, CREDIT -> relay.take(frame);
            case RESIZE -> resize(frame, streams);
            // A program that has just ended gets no signal any more.
            case SIGNAL -> libc.pidfdSendSignal(pidfd, frame.number());
            default -> throw new IOException("the host sent " + frame + " to a program");
        }
    }

    /** Resizes the terminal; one whose program has just ended is left alone. */
    private void resize(Frame frame, ProgramStreams streams) throws IOException {
        if (!streams.isTerminal() || frame.payload().length != 2 * Short.BYTES) {
            throw new IOException("the host sent " + frame + " to a program without a terminal, or no size");
        }
        ByteBuffer size = ByteBuffer.wrap(frame.payload());
        synchronized (window) {
            if (isWindowOpen) {
                ProgramStreams.resize(libc, streams.in(), size.getShort() & 0xffff, size.getShort() & 0xffff);
            }
        }
    }

    /** Feeds the program, to the end of its input; a terminal has none. */
    private void feed(ProgramStreams streams) throws IOException, InterruptedException {
        try {
            relay.feed(streams.in(), !streams.isTerminal());
        } finally {
            synchronized (window) {
                isWindowOpen = false;
                libc.close(streams.in());
            }
        }
    }

    private void pass(int from, FrameKind kind) throws IOException, InterruptedException {
        try {
            relay.pass(from, kind);
        } finally {
            libc.close(from);
        }
    }
}
