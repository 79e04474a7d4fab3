package dev.nullbox.cage.guest;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Streams of a program in a guest, for one operator. For any thread.
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
     * @param dropped bytes that were lost before it, as they were not read in time
     * @param end once all output has been read
     * @param lost cause when there will be no end; empty while there may be one
     * @param exit end of a run, once all output has been read
     */
    public record Output(
            List<Chunk> chunks, long dropped, Optional<GuestEnd> end, String lost, Optional<Message> exit) {
        public Output {
            chunks = List.copyOf(chunks);
        }
    }

    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private int held;
    private long dropped;
    private Optional<GuestEnd> end = Optional.empty();
    private String lost = "";
    private Optional<Message> exit = Optional.empty();

    final synchronized boolean isOver() {
        return exit.isPresent() || end.isPresent() || !lost.isEmpty();
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

    /** Takes the program's end as its guest reports it. */
    final synchronized void finish(GuestEnd how) {
        end = Optional.of(how);
        notifyAll();
    }

    /** Ends it as a run that is over; what it wrote can still be read. */
    final synchronized void finish(Message how) {
        if (!isOver()) {
            exit = Optional.of(how);
        }
        notifyAll();
    }

    /** Adds output, unless more than so much of it would not have been taken; whether it did. */
    final synchronized boolean offer(Chunk chunk, int most) {
        if (held + chunk.data().length > most) {
            return false;
        }
        held += chunk.data().length;
        chunks.add(chunk);
        notifyAll();
        return true;
    }

    /** Counts output that was not added. */
    final synchronized void countDropped(int bytes) {
        dropped += bytes;
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
            output = new Output(ready, dropped, end, lost, exit);
            dropped = 0;
        }
        if (taken > 0 && !isOver()) {
            taken(taken);
        }
        return output;
    }

    /** Drops the output that nobody took; its size. */
    final synchronized int drop() {
        int size = held;
        chunks.clear();
        held = 0;
        return size;
    }

    /** Waits for a change; false at the timeout. */
    private boolean await(long deadline) throws InterruptedException {
        long left = deadline - System.nanoTime();
        if (left > 0) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
        return left > 0;
    }

    /** So many bytes of output were read. */
    abstract void taken(int bytes);

    /** As {@link InputWindow#write}. */
    public abstract int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException;

    /** Sends the program a signal. */
    public abstract void signal(int number) throws IOException;

    /** Gives the program's terminal another size; false when it has none. */
    public abstract boolean resize(int rows, int columns) throws IOException;

    /** Ends the operator's part. */
    @Override
    public abstract void close() throws IOException;
}
