package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Program that runs beside an agent, by its streams. For any thread.
 *
 * <p>Each side sends at most {@link GuestProtocol#STREAM_WINDOW} bytes that the other has not taken: the connection is
 * read at all times, since libkrun stops all connections of a guest while one of them is full.
 */
public final class ExecSession implements AutoCloseable {
    /** A program may be silent without limit. */
    private static final Duration SILENCE = Duration.ofDays(36_500);

    /**
     * A chunk of output.
     *
     * @param isError whether the program wrote it to its standard error
     */
    @SuppressWarnings("ArrayRecordComponent") // passed on, never compared
    public record Chunk(boolean isError, byte[] data) {}

    /**
     * Output so far.
     *
     * @param end once all output has been read
     * @param lost cause when there will be no end; empty while there may be one
     */
    public record Output(List<Chunk> chunks, Optional<GuestEnd> end, String lost) {
        public Output {
            chunks = List.copyOf(chunks);
        }
    }

    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private int held;
    private int room = GuestProtocol.STREAM_WINDOW;
    private boolean isInputEnded;
    private Optional<GuestEnd> end = Optional.empty();
    private String lost = "";
    private @Nullable FrameChannel channel;

    /** Reads the connection until the program has ended, or either side closes it. */
    void serve(FrameChannel connection, Runnable arrived) throws IOException {
        if (!connect(connection)) {
            return;
        }
        arrived.run();
        try {
            while (!isOver()) {
                take(connection.read(SILENCE));
            }
        } catch (IOException e) {
            if (!lose("its guest is gone, or ended it: " + TerminalText.escaped(String.valueOf(e.getMessage())))) {
                return;
            }
            throw e;
        }
    }

    /** Connects the streams; false when the program was given up before. */
    private synchronized boolean connect(FrameChannel connection) {
        if (!isOver()) {
            channel = connection;
        }
        return channel != null;
    }

    private synchronized boolean isOver() {
        return end.isPresent() || !lost.isEmpty();
    }

    /** Gives the program up; false when it had ended before. */
    private synchronized boolean lose(String why) {
        boolean isNew = !isOver();
        if (isNew) {
            lost = why;
        }
        notifyAll();
        return isNew;
    }

    private synchronized void take(Frame frame) throws IOException {
        switch (frame.kind()) {
            case STDOUT, STDERR -> {
                held += frame.payload().length;
                if (held > GuestProtocol.STREAM_WINDOW) {
                    throw new IOException("the guest sent more output than it may before it is read");
                }
                chunks.add(new Chunk(frame.kind() == FrameKind.STDERR, frame.payload()));
            }
            case CREDIT -> {
                int more = frame.number();
                if (more > GuestProtocol.STREAM_WINDOW - room) {
                    throw new IOException("the guest took more input than it was sent");
                }
                room += more;
            }
            case END -> {}
            case EXIT -> end = Optional.of(GuestEnd.parse(frame.payload()));
            default -> throw new IOException("the guest sent " + frame + " among a program's streams");
        }
        notifyAll();
    }

    /** The output so far; waits for some, at most so long, when there is none yet. */
    public Output read(Duration wait) throws InterruptedException {
        Output output;
        int taken;
        synchronized (this) {
            long deadline = System.nanoTime() + wait.toNanos();
            while (chunks.isEmpty() && !isOver() && await(deadline)) {
                // It was woken, and checks again.
            }
            List<Chunk> ready = new ArrayList<>(chunks);
            chunks.clear();
            taken = held;
            held = 0;
            output = new Output(ready, end, lost);
        }
        if (taken > 0 && !output.end().isPresent() && output.lost().isEmpty()) {
            pass(Frame.of(FrameKind.CREDIT, taken));
        }
        return output;
    }

    /**
     * Sends a frame that a program which has just ended can miss: the connection's reader reports the end, or will
     * soon.
     */
    private void pass(Frame frame) {
        try {
            send(frame);
        } catch (IOException e) {
            // The program does not read any more.
        }
    }

    /** Waits for a change; false at the timeout. */
    private boolean await(long deadline) throws InterruptedException {
        long left = deadline - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return left > 0;
    }

    /**
     * Passes input on; waits, at most so long, until the program accepts some.
     *
     * @param isEnd whether no more follows after it
     * @return bytes that were accepted: the rest is to be sent again
     */
    public int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException {
        int count;
        synchronized (this) {
            long deadline = System.nanoTime() + wait.toNanos();
            while (data.length > 0 && room == 0 && !isOver() && await(deadline)) {
                // It was woken, and checks again.
            }
            if (isOver() || isInputEnded) {
                return data.length;
            }
            count = Math.min(room, data.length);
            room -= count;
            isInputEnded = isEnd && count == data.length;
        }
        if (count > 0) {
            pass(new Frame(FrameKind.STDIN, Arrays.copyOf(data, count)));
        }
        if (isEnd && count == data.length) {
            pass(new Frame(FrameKind.END, new byte[0]));
        }
        return count;
    }

    /** Sends the program a signal. */
    public void signal(int number) throws IOException {
        send(Frame.of(FrameKind.SIGNAL, number));
    }

    /** Gives the program's terminal another size. */
    public void resize(int rows, int columns) throws IOException {
        send(Frame.ofSize(rows, columns));
    }

    private void send(Frame frame) throws IOException {
        FrameChannel connected;
        synchronized (this) {
            connected = isOver() ? null : channel;
        }
        if (connected != null) {
            connected.write(frame);
        }
    }

    /** Ends the program, if it still runs: the guest kills it when the connection is closed. */
    @Override
    public void close() throws IOException {
        FrameChannel connected;
        synchronized (this) {
            var _ = lose("it was closed");
            connected = channel;
        }
        if (connected != null) {
            connected.close();
        }
    }
}
