package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Input of a program in a guest, by the connection of its streams, within the window of {@link
 * GuestProtocol#STREAM_WINDOW} bytes that the program has not taken. For any thread.
 */
final class InputWindow {
    private int room = GuestProtocol.STREAM_WINDOW;
    private boolean isEnded;
    private boolean isOver;
    private @Nullable FrameChannel channel;

    /** Connects the program; false when it was given up before. */
    synchronized boolean connect(FrameChannel connection) {
        if (!isOver) {
            channel = connection;
            notifyAll();
        }
        return channel != null;
    }

    /** The connection, if there is one. */
    synchronized Optional<FrameChannel> connection() {
        return Optional.ofNullable(channel);
    }

    /** Takes the program's credit. */
    synchronized void credit(int more) throws IOException {
        if (more > GuestProtocol.STREAM_WINDOW - room) {
            throw new IOException("the guest took more input than it was sent");
        }
        room += more;
        notifyAll();
    }

    /** Ends the input: what is written later is dropped. */
    void end() {
        synchronized (this) {
            isEnded = true;
            notifyAll();
        }
        pass(new Frame(FrameKind.END, new byte[0]));
    }

    /** Tells whether an operator has ended the input. */
    synchronized boolean isEnded() {
        return isEnded;
    }

    /** Ends all waits: the program takes nothing any more. */
    synchronized void close() {
        isOver = true;
        notifyAll();
    }

    /**
     * Passes input on; waits, at most so long, until the program accepts some.
     *
     * @param isEnd whether no more follows after it
     * @return bytes that were accepted: the rest is to be sent again
     */
    int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException {
        int count;
        synchronized (this) {
            long deadline = System.nanoTime() + wait.toNanos();
            long left = wait.toNanos();
            while (data.length > 0 && (room == 0 || channel == null) && !isOver && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = deadline - System.nanoTime();
            }
            if (isOver || isEnded) {
                return data.length;
            }
            if (channel == null) {
                isEnded = isEnd && data.length == 0;
                return 0;
            }
            count = Math.min(room, data.length);
            room -= count;
            isEnded = isEnd && count == data.length;
        }
        if (count > 0) {
            pass(new Frame(FrameKind.STDIN, Arrays.copyOf(data, count)));
        }
        if (isEnd && count == data.length) {
            pass(new Frame(FrameKind.END, new byte[0]));
        }
        return count;
    }

    /**
     * Sends a frame that a program which has just ended can miss: the connection's reader reports the end, or will
     * soon.
     */
    void pass(Frame frame) {
        try {
            send(frame);
        } catch (IOException e) {
            // The program does not read any more.
        }
    }

    void send(Frame frame) throws IOException {
        FrameChannel connected;
        synchronized (this) {
            connected = isOver ? null : channel;
        }
        if (connected != null) {
            connected.write(frame);
        }
    }
}
