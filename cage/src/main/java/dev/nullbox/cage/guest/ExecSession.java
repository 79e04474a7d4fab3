package dev.nullbox.cage.guest;

import dev.nullbox.protocol.guest.GuestProtocol;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/** Program that runs beside an agent, by the connection of its streams. */
public final class ExecSession extends ProgramSession {
    /** A program may be silent without limit. */
    private static final Duration SILENCE = Duration.ofDays(36_500);

    ExecSession() {
        super(GuestProtocol.STREAM_WINDOW);
    }

    /** Reads the connection until the program has ended, or either side closes it. */
    void serve(FrameChannel connection, Runnable arrived) throws IOException {
        if (!connect(connection)) {
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
        }
    }

    /** Ends the program, if it still runs: the guest kills it when the connection is closed. */
    @Override
    public void close() throws IOException {
        var _ = lose("it was closed");
        Optional<FrameChannel> connected = connection();
        if (connected.isPresent()) {
            connected.get().close();
        }
    }
}
