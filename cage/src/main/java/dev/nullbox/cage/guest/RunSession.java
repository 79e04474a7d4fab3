package dev.nullbox.cage.guest;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Streams of a run's own program, for the operator who began it; its output goes to the agent's ring too. A run whose
 * operator is gone goes on: its output is then taken for the ring alone, and its input has ended.
 */
public final class RunSession extends ProgramSession {
    /** Bytes that an ended program may leave in its two pipes, which its guest sends without a window. */
    private static final int LEFT_IN_PIPES = 2 * 65_536;

    private @Nullable GuestServer guest;
    private boolean isDetached;

    public RunSession() {
        super(GuestProtocol.STREAM_WINDOW + LEFT_IN_PIPES);
    }

    /** Connects the streams to the connection of the guest's output. */
    void begin(GuestServer server, FrameChannel connection) {
        synchronized (this) {
            guest = server;
        }
        var _ = connect(connection);
        if (isDetached() || isInputEnded()) {
            pass(new Frame(FrameKind.END, new byte[0]));
        }
    }

    private synchronized boolean isDetached() {
        return isDetached;
    }

    /** Takes a frame of the guest's. */
    void take(Frame frame) throws IOException {
        receive(frame);
        if (isDetached()) {
            giveUpOutput();
        }
    }

    private void giveUpOutput() {
        int dropped = drop();
        if (dropped > 0) {
            pass(Frame.of(FrameKind.CREDIT, dropped));
        }
    }

    /** Ends it with the run's end, which is told once what it wrote is read. */
    public void end(Message how) {
        finish(how);
    }

    @Override
    public void signal(int number) throws IOException {
        GuestServer server;
        synchronized (this) {
            server = guest;
        }
        if (server == null) {
            throw new IOException("its program does not run yet");
        }
        server.init().signal(number);
    }

    /** Leaves the run to itself. */
    @Override
    public void close() {
        synchronized (this) {
            isDetached = true;
        }
        endInput();
        pass(new Frame(FrameKind.END, new byte[0]));
        giveUpOutput();
    }
}
