package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SpawnAction;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.natives.linux.Signals;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestCall;
import dev.nullbox.protocol.guest.GuestHow;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.protocol.guest.GuestTag;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Program with its three streams. It is killed when the host closes the connection. Its end is reported once it has
 * ended and no process has its output open any more, as a shell waits for a command whose output it reads.
 */
final class Execution {
    private static final int PIECE_BYTES = 32_768;
    private static final int SLICE_MILLIS = 500;
    private static final int FIRST_OTHER = 3;
    private static final int SIGNAL_MASK = 0x7f;
    private static final int CODE_SHIFT = 8;
    private static final int CODE_MASK = 0xff;

    private final Libc libc;
    private final Connection stream;
    private final Semaphore credit = new Semaphore(GuestProtocol.STREAM_WINDOW);
    private final BlockingQueue<byte[]> input = new LinkedBlockingQueue<>();
    private final AtomicInteger waitingInput = new AtomicInteger();
    /** Guards the terminal's descriptor, which another thread closes. */
    private final Object window = new Object();

    private boolean isWindowOpen = true;
    private volatile boolean isGivenUp;

    Execution(Libc libc, Connection stream) {
        this.libc = libc;
        this.stream = stream;
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
            stream.write(new Frame(
                    FrameKind.EXIT,
                    new GuestCall.Fields()
                            .add(GuestTag.HOW, GuestHow.SETUP.number())
                            .add(GuestTag.TEXT, String.valueOf(e.getMessage()))
                            .encode()));
            awaitClose();
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
            nonBlocking(streams.in());
            Thread reader = thread("obey", () -> obey(pidfd, streams));
            thread("feed", () -> feed(streams));
            List<Thread> outputs = new ArrayList<>();
            outputs.add(thread("pass-out", () -> pass(streams.out(), FrameKind.STDOUT)));
            if (!streams.isTerminal()) {
                outputs.add(thread("pass-err", () -> pass(streams.err(), FrameKind.STDERR)));
            }
            int status = reap(pid);
            for (Thread output : outputs) {
                output.join();
            }
            if (!isGivenUp) {
                stream.write(exit(status));
            }
            reader.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            isGivenUp = true;
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

    /** Step of a thread that ends with the program. */
    @FunctionalInterface
    private interface Step {
        void run() throws IOException, InterruptedException;
    }

    private Thread thread(String name, Step step) {
        return Thread.ofPlatform().daemon().name("exec-" + name).start(() -> {
            try {
                step.run();
            } catch (IOException e) {
                isGivenUp = true;
                System.err.println("tools: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
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
            isGivenUp = true;
            var _ = libc.pidfdSendSignal(pidfd, Signals.SIGKILL);
        }
    }

    private void take(Frame frame, int pidfd, ProgramStreams streams) throws IOException {
        switch (frame.kind()) {
            case STDIN -> {
                if (waitingInput.addAndGet(frame.payload().length) > GuestProtocol.STREAM_WINDOW) {
                    throw new IOException("the host sent more input than it may before it is taken");
                }
                input.add(frame.payload());
            }
            case END -> input.add(new byte[0]);
            case CREDIT -> credit.release(frame.number());
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

    private void awaitClose() throws IOException {
        try {
            while (true) {
                stream.read();
            }
        } catch (EOFException e) {
            // It has read the end.
        }
    }

    /**
     * Passes the input on; an empty chunk is its end. Input that no process reads any more is dropped, so that the host
     * goes on.
     */
    private void feed(ProgramStreams streams) throws IOException, InterruptedException {
        int in = streams.in();
        boolean isRead = true;
        try {
            while (!isGivenUp) {
                byte[] piece = input.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
                if (piece == null) {
                    continue;
                }
                if (piece.length == 0) {
                    if (!streams.isTerminal()) {
                        return;
                    }
                    // A terminal has no end; what a person types for it is passed on unchanged.
                    continue;
                }
                isRead = isRead && put(in, piece);
                waitingInput.addAndGet(-piece.length);
                stream.write(Frame.of(FrameKind.CREDIT, piece.length));
            }
        } finally {
            synchronized (window) {
                isWindowOpen = false;
                libc.close(in);
            }
        }
    }

    /** Writes to the pipe; false when no process reads it any more. */
    private boolean put(int in, byte[] piece) throws IOException {
        int at = 0;
        while (at < piece.length && !isGivenUp) {
            SysResult result = libc.write(in, piece, at, piece.length - at);
            if (result.failedWith(Errno.EPIPE) || result.failedWith(Errno.EIO)) {
                return false;
            }
            if (result.failedWith(Errno.EAGAIN)) {
                await(in, Poll.POLLOUT);
            } else if (!result.failedWith(Errno.EINTR)) {
                at += result.orThrow("write to a program");
            }
        }
        return true;
    }

    private void pass(int from, FrameKind kind) throws IOException, InterruptedException {
        byte[] piece = new byte[PIECE_BYTES];
        try {
            while (!isGivenUp) {
                if (!await(from, Poll.POLLIN)) {
                    continue;
                }
                SysResult result = libc.read(from, piece, 0, piece.length);
                if (result.failedWith(Errno.EINTR) || result.failedWith(Errno.EAGAIN)) {
                    continue;
                }
                // Result of a terminal once no process has its other side open.
                int count = result.failedWith(Errno.EIO) ? 0 : result.orThrow("read from a program");
                if (count == 0) {
                    return;
                }
                while (!credit.tryAcquire(count, SLICE_MILLIS, TimeUnit.MILLISECONDS)) {
                    if (isGivenUp) {
                        return;
                    }
                }
                stream.write(new Frame(kind, Arrays.copyOf(piece, count)));
            }
        } finally {
            libc.close(from);
        }
    }

    /** Waits for the descriptor; false when it is not ready within a time slice. */
    private boolean await(int fd, int events) throws IOException {
        byte[] poll = ByteBuffer.allocate(2 * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(fd)
                .putShort((short) events)
                .array();
        SysResult result = libc.poll(poll, SLICE_MILLIS);
        return !result.failedWith(Errno.EINTR) && result.orThrow("poll") > 0;
    }

    private void nonBlocking(int fd) throws IOException {
        int flags = libc.fcntl(fd, Fcntl.F_GETFL, 0).orThrow("fcntl F_GETFL");
        libc.fcntl(fd, Fcntl.F_SETFL, flags | OpenFlags.O_NONBLOCK).orThrow("fcntl F_SETFL");
    }
}
