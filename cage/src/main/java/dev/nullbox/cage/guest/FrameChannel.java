package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.rpc.ScrubbedBuffer;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ClosedSelectorException;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/** Frames on one connection. One thread reads; any may write. Every wait has a bound. */
final class FrameChannel implements AutoCloseable {
    private static final Duration LONGEST_WRITE = Duration.ofSeconds(10);
    private static final int PIECE_BYTES = 8_192;

    private static final long SLICE_MILLIS = 1_000;

    /** Failure of a guest that sent nothing, or took nothing, within its time. */
    static final class LateException extends IOException {
        private static final long serialVersionUID = 1L;

        LateException(String message) {
            super(message);
        }
    }

    private final SocketChannel channel;
    private final Selector readable;
    private final ReentrantLock writing = new ReentrantLock();
    /** Wiped after use: a frame may carry a secret. */
    private final ScrubbedBuffer piece = new ScrubbedBuffer(PIECE_BYTES);

    private final ByteBuffer header = ByteBuffer.allocate(GuestProtocol.HEADER_BYTES);

    /** Takes the connection over. */
    FrameChannel(SocketChannel channel) throws IOException {
        this.channel = channel;
        channel.configureBlocking(false);
        this.readable = Selector.open();
        channel.register(readable, SelectionKey.OP_READ);
    }

    /**
     * The next frame.
     *
     * @throws EOFException when the guest closed the connection between two frames
     * @throws IOException at the timeout, or when the bytes are no frame
     */
    Frame read(Duration limit) throws IOException {
        long deadline = System.nanoTime() + limit.toNanos();
        try {
            header.clear();
            fill(header, deadline, limit);
            Frame.Header start = Frame.Header.parse(header);
            ByteBuffer payload = ByteBuffer.allocate(start.length());
            fill(payload, deadline, limit);
            return new Frame(start.kind(), payload.array());
        } catch (ClosedChannelException e) {
            throw closed(e);
        }
    }

    private static IOException closed(Exception cause) {
        return new IOException("the connection to the guest is closed", cause);
    }

    private void fill(ByteBuffer buffer, long deadline, Duration limit) throws IOException {
        while (buffer.hasRemaining()) {
            int count = channel.read(buffer);
            if (count < 0) {
                throw new EOFException("the guest closed the connection");
            }
            if (count == 0) {
                await(readable, deadline, "nothing came from the guest within " + limit.toSeconds() + " s");
            }
        }
    }

    /** Sends a complete frame; its payload stays the caller's. */
    void write(Frame frame) throws IOException {
        write(frame.kind(), frame.payload());
    }

    /** Sends a complete frame. */
    void write(FrameKind kind, byte[] payload) throws IOException {
        long deadline = System.nanoTime() + LONGEST_WRITE.toNanos();
        ByteBuffer start = new Frame.Header(kind, payload.length).encode();
        writing.lock();
        try {
            write(start, deadline);
            write(ByteBuffer.wrap(payload), deadline);
        } catch (ClosedChannelException e) {
            throw closed(e);
        } finally {
            writing.unlock();
        }
    }

    private void write(ByteBuffer bytes, long deadline) throws IOException {
        piece.write(channel, bytes);
        while (bytes.hasRemaining()) {
            awaitWritable(deadline);
            piece.write(channel, bytes);
        }
    }

    /** Waits with a selector of its own: rare, so that one kept for each guest would cost more. */
    private void awaitWritable(long deadline) throws IOException {
        try (Selector writable = Selector.open()) {
            channel.register(writable, SelectionKey.OP_WRITE);
            await(writable, deadline, "the guest took nothing for " + LONGEST_WRITE.toSeconds() + " s");
        }
    }

    private static void await(Selector selector, long deadline, String late) throws IOException {
        long left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        if (left <= 0) {
            throw new LateException(late);
        }
        try {
            // In slices: a close in another thread wakes the reader's selector alone.
            selector.select(Math.min(left, SLICE_MILLIS));
            selector.selectedKeys().clear();
        } catch (ClosedSelectorException e) {
            throw closed(e);
        }
    }

    /** Closes the connection; a thread that waits in here is woken, with an exception. */
    @Override
    public void close() throws IOException {
        try (readable) {
            channel.close();
        }
    }
}
