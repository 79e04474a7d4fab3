package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.Frame;
import dev.nullbox.protocol.guest.FrameKind;
import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Program that runs beside an agent, by the connection of its streams. */
public final class ExecSession extends ProgramSession {
    /** A program may be silent without limit. */
    private static final Duration SILENCE = Duration.ofDays(36_500);

    private final InputWindow input = new InputWindow();

    /** Reads the connection until the program has ended, or either side closes it. */
    void serve(FrameChannel connection, Runnable arrived) throws IOException {
        if (!input.connect(connection)) {
            return;
        }
        arrived.run();
        try {
            while (!isOver()) {
                receive(connection.read(SILENCE));
            }
        } catch (IOException e) {
            if (!lose("its guest is gone, or ended it: " + TerminalText.escaped(String.valueOf(e.getMessage())))) {
                return;
            }
            throw e;
        } finally {
            input.close();
        }
    }

    private void receive(Frame frame) throws IOException {
        switch (frame.kind()) {
            case STDOUT, STDERR -> {
                Chunk chunk = new Chunk(frame.kind() == FrameKind.STDERR, frame.payload());
                if (!offer(chunk, GuestProtocol.STREAM_WINDOW)) {
                    throw new IOException("the guest sent more output than it may before it is read");
                }
            }
            case CREDIT -> input.credit(frame.number());
            case END -> {}
            case EXIT -> finish(GuestEnd.parse(frame.payload()));
            default -> throw new IOException("the guest sent " + frame + " among a program's streams");
        }
    }

    @Override
    void taken(int bytes) {
        input.pass(Frame.of(FrameKind.CREDIT, bytes));
    }

    @Override
    public int write(byte[] data, boolean isEnd, Duration wait) throws InterruptedException {
        return input.write(data, isEnd, wait);
    }

    @Override
    public void signal(int number) throws IOException {
        input.send(Frame.of(FrameKind.SIGNAL, number));
    }

    @Override
    public boolean resize(int rows, int columns) throws IOException {
        input.send(Frame.ofSize(rows, columns));
        return true;
    }

    /** Ends the program, if it still runs: the guest kills it when the connection is closed. */
    @Override
    public void close() throws IOException {
        var _ = lose("it was closed");
        input.close();
        Optional<FrameChannel> connected = input.connection();
        if (connected.isPresent()) {
            connected.get().close();
        }
    }
}
