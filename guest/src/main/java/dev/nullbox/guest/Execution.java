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
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * One program with its three streams. It is killed when the host closes the connection. Its end is told once it has ended
 * and nobody holds its output open any more, as a shell waits for a command whose output it takes.
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
    private volatile boolean isGivenUp;

    Execution(Libc libc, Connection stream) {
        this.libc = libc;
        this.stream = stream;
    }

    /** Both ends of a pipe; none is inherited unless it is put in a place. */
    private record Pipe(int read, int write) {}

    /** Runs the program that the call asks for, to its end. */
    void run(Entrance entrance, GuestCall.Fields call) throws IOException {
        Pipe in = pipe();
        Pipe out = pipe();
        Pipe err = pipe();
        int pid;
        try {
            pid = spawn(entrance, call, in, out, err);
        } catch (IOException e) {
            close(in.write(), out.read(), err.read());
            stream.write(new Frame(
                    FrameKind.EXIT,
                    new GuestCall.Fields()
                            .add(GuestTag.HOW, GuestHow.SETUP.number())
                            .add(GuestTag.TEXT, String.valueOf(e.getMessage()))
                            .encode()));
            awaitClose();
            return;
        } finally {
            close(in.read(), out.write(), err.write());
        }
        serve(pid, in.write(), out.read(), err.read());
    }

    private int spawn(Entrance entrance, GuestCall.Fields call, Pipe in, Pipe out, Pipe err) throws IOException {
        List<String> arguments = entrance.arguments(call);
        return libc.posixSpawn(
                        arguments.getFirst(),
                        arguments,
                        entrance.environment(call),
                        List.of(
                                new SpawnAction.Dup2(in.read(), 0),
                                new SpawnAction.Dup2(out.write(), 1),
                                new SpawnAction.Dup2(err.write(), 2),
                                new SpawnAction.CloseFrom(FIRST_OTHER)),
                        true)
                .orThrow("posix_spawn " + arguments.getFirst());
    }

    private void serve(int pid, int in, int out, int err) throws IOException {
        int pidfd = libc.pidfdOpen(pid).orThrow("pidfd_open " + pid);
        try {
            nonBlocking(in);
            Thread reader = thread("obey", () -> obey(pidfd));
            thread("feed", () -> feed(in));
            Thread errors = thread("pass-err", () -> pass(err, FrameKind.STDERR));
            Thread output = thread("pass-out", () -> pass(out, FrameKind.STDOUT));
            int status = reap(pid);
            output.join();
            errors.join();
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

    /** Takes what the host sends until it closes the connection; the program is killed then. */
    private void obey(int pidfd) throws IOException {
        try {
            while (true) {
                take(stream.read(), pidfd);
            }
        } catch (EOFException e) {
            // The host has all it wants.
        } finally {
            isGivenUp = true;
            var _ = libc.pidfdSendSignal(pidfd, Signals.SIGKILL);
        }
    }

    private void take(Frame frame, int pidfd) throws IOException {
        switch (frame.kind()) {
            case STDIN -> {
                if (waitingInput.addAndGet(frame.payload().length) > GuestProtocol.STREAM_WINDOW) {
                    throw new IOException("the host sent more input than it may before it is taken");
                }
                input.add(frame.payload());
            }
            case END -> input.add(new byte[0]);
            case CREDIT -> credit.release(frame.number());
            // A program that has just ended gets no signal any more.
            case SIGNAL -> libc.pidfdSendSignal(pidfd, frame.number());
            default -> throw new IOException("the host sent " + frame + " to a program");
        }
    }

    private void awaitClose() throws IOException {
        try {
            while (true) {
                stream.read();
            }
        } catch (EOFException e) {
            // It has taken the end.
        }
    }

    /** Passes the input on; an empty piece is its end. What nobody reads any more is dropped, so that the host goes on. */
    private void feed(int in) throws IOException, InterruptedException {
        boolean isRead = true;
        try {
            while (!isGivenUp) {
                byte[] piece = input.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
                if (piece == null) {
                    continue;
                }
                if (piece.length == 0) {
                    return;
                }
                isRead = isRead && put(in, piece);
                waitingInput.addAndGet(-piece.length);
                stream.write(Frame.of(FrameKind.CREDIT, piece.length));
            }
        } finally {
            libc.close(in);
        }
    }

    /** False when nobody reads the pipe any more. */
    private boolean put(int in, byte[] piece) throws IOException {
        int at = 0;
        while (at < piece.length && !isGivenUp) {
            SysResult result = libc.write(in, piece, at, piece.length - at);
            if (result.failedWith(Errno.EPIPE)) {
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
                if (result.failedWith(Errno.EINTR)) {
                    continue;
                }
                int count = result.orThrow("read from a program");
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

    /** False when the descriptor is not ready within a slice. */
    private boolean await(int fd, int events) throws IOException {
        byte[] poll = ByteBuffer.allocate(2 * Integer.BYTES)
                .order(ByteOrder.nativeOrder())
                .putInt(fd)
                .putShort((short) events)
                .array();
        SysResult result = libc.poll(poll, SLICE_MILLIS);
        return !result.failedWith(Errno.EINTR) && result.orThrow("poll") > 0;
    }

    private Pipe pipe() throws IOException {
        int[] ends = new int[2];
        libc.pipe2(ends, OpenFlags.O_CLOEXEC).orThrow("pipe2");
        return new Pipe(ends[0], ends[1]);
    }

    private void nonBlocking(int fd) throws IOException {
        int flags = libc.fcntl(fd, Fcntl.F_GETFL, 0).orThrow("fcntl F_GETFL");
        libc.fcntl(fd, Fcntl.F_SETFL, flags | OpenFlags.O_NONBLOCK).orThrow("fcntl F_SETFL");
    }

    private void close(int... descriptors) {
        for (int fd : descriptors) {
            libc.close(fd);
        }
    }
}
