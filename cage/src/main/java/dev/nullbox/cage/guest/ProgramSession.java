package dev.nullbox.cage.guest;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
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
 * Streams of a program in a guest, for the operator who runs it. For any thread.
 *
 * <p>Each side sends at most {@link GuestProtocol#STREAM_WINDOW} bytes that the other has not taken: the connection is
 * read at all times, since libkrun stops all connections of a guest while one of them is full.
 */
public abstract sealed class ProgramSession implements AutoCloseable permits ExecSession, RunSession {
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
     * @param exit end of a run, once all output has been read
     */
    public record Output(List<Chunk> chunks, Optional<GuestEnd> end, String lost, Optional<Message> exit) {
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
    private Optional<Message> exit = Optional.empty();
    private @Nullable FrameChannel channel;

    private final int mostHeld;

    /** @param mostHeld most bytes of output that were not taken */
    ProgramSession(int mostHeld) {
        this.mostHeld = mostHeld;
    }

    /** Connects the streams; false when the program was given up before. */
    final synchronized boolean connect(FrameChannel connection) {
        if (!isOver()) {
            channel = connection;
            notifyAll();
        }
        return channel != null;
    }

    final synchronized boolean isOver() {
        return exit.isPresent() || end.isPresent() || !lost.isEmpty();
    }

    /** Ends the program's input: what is written later is dropped. */
    final synchronized void endInput() {
        isInputEnded = true;
        notifyAll();
    }

    /** Tells whether the operator has ended the program's input. */
    final synchronized boolean isInputEnded() {
        return isInputEnded;
    }

    /** Gives the program up; false when it had ended before. */
    final synchronized boolean lose(String why) {
        boolean isNew = !isOver();
        if (isNew) {
            lost = why;
        }
        notifyAll();
        return isNew;
    }

    /** Takes a frame of the guest's. */
    final synchronized void receive(Frame frame) throws IOException {
        switch (frame.kind()) {
            case STDOUT, STDERR -> {
                held += frame.payload().length;
                if (held > mostHeld) {
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
    public final Output read(Duration wait) throws InterruptedException {
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
            output = new Output(ready, end, lost, exit);
        }
        if (taken > 0 && !isOver()) {
            pass(Frame.of(FrameKind.CREDIT, taken));
        }
        return output;
    }

    /** Ends it as a run that is over; what it wrote can still be read. */
    final synchronized void finish(Message how) {
        if (!isOver()) {
            exit = Optional.of(how);
        }
        notifyAll();
    }

    /** Drops the output that nobody took; its size. */
    final synchronized int drop() {
        int dropped = held;
        chunks.clear();
        held = 0;
        return dropped;
    }

    /**
     * Sends a frame that a program which has just ended can miss: the connection's reader reports the end, or will
     * soon.
     */
    final void pass(Frame frame) {
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
    public final int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException {
        int count;
        synchronized (this) {
            long deadline = System.nanoTime() + wait.toNanos();
            while (data.length > 0 && (room == 0 || channel == null) && !isOver() && await(deadline)) {
                // It was woken, and checks again.
            }
            if (isOver() || isInputEnded) {
                return data.length;
            }
            if (channel == null) {
                isInputEnded = isEnd && data.length == 0;
                return 0;
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
    public final void resize(int rows, int columns) throws IOException {
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

    /** The connection, if there is one. */
    final synchronized Optional<FrameChannel> connection() {
        return Optional.ofNullable(channel);
    }

    /** Ends the operator's part. */
    @Override
    public abstract void close() throws IOException;
}
