package dev.nullbox.nullctl.command.program;

import dev.nullbox.nullctl.terminal.Streams;
import java.util.Optional;

/** Terminal of 30 rows and 90 columns. */
final class FixedTerminal implements Streams.Terminal, Streams.RawMode {
    private boolean isClosed;

    @Override
    public Optional<char[]> ask(String question) {
        return Optional.empty();
    }

    @Override
    public Streams.RawMode raw() {
        isClosed = false;
        return this;
    }

    @Override
    public Streams.Size size() {
        return new Streams.Size(30, 90);
    }

    /** Tells whether raw mode was left. */
    boolean isClosed() {
        return isClosed;
    }

    @Override
    public void close() {
        isClosed = true;
    }
}
