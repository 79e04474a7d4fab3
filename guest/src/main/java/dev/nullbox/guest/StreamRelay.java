package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SysResult;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.Fcntl;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
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
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Relay of bytes between the frames of one connection to the host and descriptors in the guest. Each direction has at
 * most {@link GuestProtocol#STREAM_WINDOW} bytes that the other side has not taken.
 */
final class StreamRelay {
    private static final int PIECE_BYTES = 32_768;
    private static final int SLICE_MILLIS = 500;

    private final Libc libc;
    private final Connection stream;
    private final Semaphore credit = new Semaphore(GuestProtocol.STREAM_WINDOW);
    private final BlockingQueue<byte[]> input = new LinkedBlockingQueue<>();
    private final AtomicInteger waitingInput = new AtomicInteger();
    private volatile boolean isGivenUp;

    StreamRelay(Libc libc, Connection stream) {
        this.libc = libc;
        this.stream = stream;
    }

    /** Step of a thread that ends with the relay. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException, InterruptedException;
    }

    /** Starts a thread whose failure gives the relay up. */
    Thread thread(String name, Step step) {
        return Thread.ofPlatform().daemon().name("exec-" + name).start(() -> {
            try {
                step.run();
            } catch (IOException e) {
                giveUp();
                System.err.println("tools: " + e.getMessage());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    /** Ends all waits; nothing more is relayed. */
    void giveUp() {
        isGivenUp = true;
    }

    boolean isGivenUp() {
        return isGivenUp;
    }

    /** Tells the host that there is nothing to relay, and waits until it closes the connection. */
    void refuse(String why) throws IOException {
        stream.write(new Frame(
                FrameKind.EXIT,
                new GuestCall.Fields()
                        .add(GuestTag.HOW, GuestHow.SETUP.number())
                        .add(GuestTag.TEXT, why)
                        .encode()));
        try {
            while (true) {
                stream.read();
            }
        } catch (EOFException e) {
            // It has read the end.
        }
    }

    /** Takes a frame of the host's: STDIN, END or CREDIT. */
    void take(Frame frame) throws IOException {
        switch (frame.kind()) {
            case STDIN -> {
                if (waitingInput.addAndGet(frame.payload().length) > GuestProtocol.STREAM_WINDOW) {
                    throw new IOException("the host sent more input than it may before it is taken");
                }
                input.add(frame.payload());
            }
            case END -> input.add(new byte[0]);
            case CREDIT -> credit.release(frame.number());
            default -> throw new IOException("the host sent " + frame + " among a stream's bytes");
        }
    }

    /**
     * Passes the input on until it ends. Input that nobody reads any more is dropped, so that the host goes on.
     *
     * @param hasEnd false for a terminal, which has no end: what a person types for it is passed on unchanged
     */
    void feed(int to, boolean hasEnd) throws IOException, InterruptedException {
        boolean isRead = true;
        while (!isGivenUp) {
            byte[] piece = input.poll(SLICE_MILLIS, TimeUnit.MILLISECONDS);
            if (piece == null) {
                continue;
            }
            if (piece.length == 0) {
                if (hasEnd) {
                    return;
                }
                continue;
            }
            isRead = isRead && put(to, piece);
            waitingInput.addAndGet(-piece.length);
            stream.write(Frame.of(FrameKind.CREDIT, piece.length));
        }
    }

    /** Writes all of it; false when nobody reads it any more. */
    private boolean put(int to, byte[] piece) throws IOException {
        int at = 0;
        while (at < piece.length && !isGivenUp) {
            SysResult result = libc.write(to, piece, at, piece.length - at);
            if (result.failedWith(Errno.EPIPE) || result.failedWith(Errno.EIO) || result.failedWith(Errno.ECONNRESET)) {
                return false;
            }
            if (result.failedWith(Errno.EAGAIN)) {
                await(to, Poll.POLLOUT);
            } else if (!result.failedWith(Errno.EINTR)) {
                at += result.orThrow("write to a program");
            }
        }
        return true;
    }

    /** Passes output on until it ends. */
    void pass(int from, FrameKind kind) throws IOException, InterruptedException {
        byte[] piece = new byte[PIECE_BYTES];
        while (!isGivenUp) {
            if (!await(from, Poll.POLLIN)) {
                continue;
            }
            SysResult result = libc.read(from, piece, 0, piece.length);
            if (result.failedWith(Errno.EINTR) || result.failedWith(Errno.EAGAIN)) {
                continue;
            }
            // EIO is the result of a terminal once no process has its other side open.
            boolean isBroken = result.failedWith(Errno.EIO) || result.failedWith(Errno.ECONNRESET);
            int count = isBroken ? 0 : result.orThrow("read from a program");
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

    void nonBlocking(int fd) throws IOException {
        int flags = libc.fcntl(fd, Fcntl.F_GETFL, 0).orThrow("fcntl F_GETFL");
        libc.fcntl(fd, Fcntl.F_SETFL, flags | OpenFlags.O_NONBLOCK).orThrow("fcntl F_SETFL");
    }
}
