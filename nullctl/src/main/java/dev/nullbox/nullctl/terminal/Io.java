package dev.nullbox.nullctl.terminal;

import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * What a command line program has round it.
 *
 * @param bytes standard output, for what is to arrive unchanged
 * @param out standard output, for text
 * @param terminal who sits there; absent when standard input is no terminal
 */
public record Io(
        InputStream in,
        OutputStream bytes,
        PrintWriter out,
        PrintWriter err,
        Map<String, String> environment,
        Optional<Terminal> terminal) {
    public Io {
        environment = Map.copyOf(environment);
    }

    /** On these streams. */
    public static Io of(
            InputStream in,
            OutputStream out,
            OutputStream err,
            Map<String, String> environment,
            Optional<Terminal> terminal) {
        return new Io(
                in,
                out,
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                new PrintWriter(err, true, StandardCharsets.UTF_8),
                environment,
                terminal);
    }

    /** A person at a terminal. */
    @FunctionalInterface
    public interface Terminal {
        /**
         * What was typed, unseen, without the end of the line; absent at the end of input.
         *
         * @throws UsageException when the terminal would show it
         */
        Optional<char[]> ask(String question) throws UsageException;
    }
}
