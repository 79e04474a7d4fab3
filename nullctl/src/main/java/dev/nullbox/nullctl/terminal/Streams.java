package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;

/**
 * Standard streams and environment of a program at the command line.
 *
 * @param bytes standard output, for what is to arrive unchanged
 * @param out standard output, for text
 * @param errorBytes standard error, for what is to arrive unchanged
 * @param terminal the person who sits there; absent when standard input is no terminal
 * @param isOutSeen whether standard output is a terminal, to which no control character may go
 * @param isErrorSeen whether standard error is a terminal, on which a line can be written over
 */
public record Streams(
        InputStream in,
        OutputStream bytes,
        PrintWriter out,
        PrintWriter err,
        OutputStream errorBytes,
        Map<String, String> environment,
        Optional<Terminal> terminal,
        boolean isOutSeen,
        boolean isErrorSeen) {
    public Streams {
        environment = Map.copyOf(environment);
    }

    /** On these streams. */
    public static Streams of(
            InputStream in,
            OutputStream out,
            OutputStream err,
            Map<String, String> environment,
            Optional<Terminal> terminal) {
        return new Streams(
                in,
                out,
                new PrintWriter(out, true, StandardCharsets.UTF_8),
                new PrintWriter(err, true, StandardCharsets.UTF_8),
                err,
                environment,
                terminal,
                false,
                false);
    }

    /** The same, with standard output and standard error at a terminal or not. */
    public Streams withSeen(boolean isOutput, boolean isError) {
        return new Streams(in, bytes, out, err, errorBytes, environment, terminal, isOutput, isError);
    }

    /** Writes bytes to standard output as they are. */
    public void write(byte[] data) throws LocalFileException {
        try {
            out.flush();
            bytes.write(data);
            bytes.flush();
        } catch (IOException e) {
            throw new LocalFileException("cannot write standard output", e);
        }
    }

    /** Writes bytes to standard error as they are. */
    public void writeError(byte[] data) throws LocalFileException {
        try {
            err.flush();
            errorBytes.write(data);
            errorBytes.flush();
        } catch (IOException e) {
            throw new LocalFileException("cannot write standard error", e);
        }
    }

    /** A person at a terminal. */
    @FunctionalInterface
    public interface Terminal {
        /**
         * The text that was typed, unseen, without the end of the line; absent at the end of input.
         *
         * @throws UsageException when the terminal would show it
         */
        Optional<char[]> ask(String question) throws UsageException;

        /**
         * Puts it into raw mode.
         *
         * @throws UsageException when it cannot be
         */
        default RawMode raw() throws UsageException {
            throw new UsageException("this terminal cannot pass keys on: leave -t out");
        }
    }

    /** A terminal in raw mode; closed, it is as before. */
    public interface RawMode extends AutoCloseable {
        /** Its size now. */
        Size size();

        @Override
        void close();
    }

    /** Size of a terminal, in characters. */
    public record Size(int rows, int columns) {
        static final Size USUAL = new Size(24, 80);
    }
}
