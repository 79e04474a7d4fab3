package dev.nullbox.cage.guest;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Streams of a run's own program; its output goes to the agent's ring too, and to the operators who are attached. The
 * program waits for the one of them who began the run, as long as they are there; the others harm nobody by reading
 * slowly. For any thread.
 */
public final class RunStreams {
    /**
     * Input of a run.
     *
     * @param isKept whether it stays open when the operator who began the run is gone
     * @param terminal size of the program's terminal; absent for pipes
     */
    public record Input(boolean isKept, Optional<ExecRequest.Window> terminal) {}

    /** Way of a signal to the run's program. */
    @FunctionalInterface
    interface SignalSender {
        void send(int number) throws IOException;
    }

    private final Optional<Input> input;
    private final InputWindow window = new InputWindow();
    private final List<RunSession> sessions = new ArrayList<>();
    private @Nullable SignalSender signals;
    private Optional<Message> end = Optional.empty();

    /** @param input absent for a program without input, whose output has no window */
    public RunStreams(Optional<Input> input) {
        this.input = input;
    }

    /** Tells whether the program takes input, and its output has a window. */
    public boolean hasInput() {
        return input.isPresent();
    }

    /** Size of the program's terminal at its start; absent when it has none. */
    public Optional<ExecRequest.Window> terminal() {
        return input.flatMap(Input::terminal);
    }

    /** Tells whether an operator can give input now. */
    public boolean takesInput() {
        return hasInput() && !window.isEnded();
    }

    /** The session of the operator who begins the run. */
    public synchronized RunSession hold() {
        RunSession session = new RunSession(this, true);
        sessions.add(session);
        return session;
    }

    /** The session of another operator, from now on. */
    public synchronized RunSession attach() {
        RunSession session = new RunSession(this, false);
        if (end.isPresent()) {
            session.finish(end.get());
        } else {
            sessions.add(session);
        }
        return session;
    }

    /** Connects the streams to the connection of the guest's output. */
    void begin(SignalSender sender, FrameChannel connection) {
        synchronized (this) {
            signals = sender;
        }
        if (hasInput()) {
            var _ = window.connect(connection);
            if (window.isEnded()) {
                window.end();
            }
        }
    }

    /** Takes a frame of the guest's. */
    void take(Frame frame) throws IOException {
        if (frame.kind() == FrameKind.CREDIT) {
            window.credit(frame.number());
            return;
        }
        boolean isHeld = false;
        synchronized (this) {
            for (RunSession session : sessions) {
                isHeld |= session.take(frame);
            }
        }
        if (!isHeld) {
            credit(frame.payload().length);
        }
    }

    void credit(int bytes) {
        if (hasInput()) {
            window.pass(Frame.of(FrameKind.CREDIT, bytes));
        }
    }

    int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException {
        // A terminal has no end of input: programs read the key for it.
        boolean ends = isEnd && terminal().isEmpty();
        return hasInput() ? window.write(data, ends, wait) : data.length;
    }

    void signal(int number) throws IOException {
        SignalSender sender;
        synchronized (this) {
            sender = signals;
        }
        if (sender == null) {
            throw new IOException("its program does not run yet");
        }
        sender.send(number);
    }

    boolean resize(int rows, int columns) throws IOException {
        if (terminal().isEmpty()) {
            return false;
        }
        window.send(Frame.ofSize(rows, columns));
        return true;
    }

    /** Detaches an operator; the run goes on. */
    void detach(RunSession session, boolean isHolder) {
        synchronized (this) {
            sessions.remove(session);
        }
        int left = session.drop();
        if (isHolder && left > 0) {
            credit(left);
        }
        if (isHolder && input.filter(stated -> !stated.isKept()).isPresent()) {
            window.end();
        }
    }

    /** Ends the run, which is told to each operator once what it wrote is read. */
    public synchronized void end(Message how) {
        end = Optional.of(how);
        sessions.forEach(session -> session.finish(how));
        sessions.clear();
        window.close();
    }
}
