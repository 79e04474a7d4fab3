package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.io.IOException;
import java.time.Duration;

/** Streams of a run's own program, for one of the operators who are attached to it. */
public final class RunSession extends ProgramSession {
    /** Bytes that an ended program may leave in its two pipes, which its guest sends without a window. */
    private static final int LEFT_IN_PIPES = 2 * 65_536;

    private static final int MOST_HELD = GuestProtocol.STREAM_WINDOW + LEFT_IN_PIPES;

    private final RunStreams streams;
    private final boolean isHolder;

    /** @param isHolder whether the program waits while this operator does not read */
    RunSession(RunStreams streams, boolean isHolder) {
        this.streams = streams;
        this.isHolder = isHolder;
    }

    /** The streams of the run. */
    public RunStreams streams() {
        return streams;
    }

    /**
     * Takes the program's output; what an operator who is no holder does not read in time is lost to them alone.
     *
     * @return whether the program has to wait until this operator has read it
     */
    boolean take(Frame frame) throws IOException {
        if (isOver()) {
            return false;
        }
        boolean isTaken = offer(new Chunk(frame.kind() == FrameKind.STDERR, frame.payload()), MOST_HELD);
        if (!isTaken && isHolder) {
            throw new IOException("the guest sent more output than it may before it is read");
        }
        if (!isTaken) {
            countDropped(frame.payload().length);
        }
        return isHolder;
    }

    @Override
    void taken(int bytes) {
        if (isHolder) {
            streams.credit(bytes);
        }
    }

    @Override
    public int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException {
        return isOver() ? data.length : streams.write(data, isEnd, wait);
    }

    @Override
    public void signal(int number) throws IOException {
        streams.signal(number);
    }

    @Override
    public boolean resize(int rows, int columns) throws IOException {
        return streams.resize(rows, columns);
    }

    /** Leaves the run to itself. */
    @Override
    public void close() {
        var _ = lose("its operator has left it");
        streams.detach(this, isHolder);
    }
}
