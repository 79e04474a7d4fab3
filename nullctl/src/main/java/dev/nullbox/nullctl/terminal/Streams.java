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
 * @param bytes standard output, for bytes that are written unchanged
 * @param out standard output, for text
 * @param errorBytes standard error, for bytes that are written unchanged
 * @param terminal the terminal at standard input; absent when standard input is no terminal
 * @param isOutSeen whether standard output is a terminal, which must get no control characters
 * @param isErrorSeen whether standard error is a terminal, on which a line can be overwritten
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

    /** The program's environment on these streams. */
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

    /** Terminal at standard input. */
    @FunctionalInterface
    public interface Terminal {
        /**
         * Asks for a text, typed without echo, without the end of the line; absent at the end of input.
         *
         * @throws UsageException when the terminal cannot turn the echo off
         */
        Optional<char[]> ask(String question) throws UsageException;

        /**
         * Enters raw mode.
         *
         * @throws UsageException when that is impossible
         */
        default RawMode raw() throws UsageException {
            throw new UsageException("this terminal cannot pass keys on: leave -t out");
        }
    }

    /** Terminal in raw mode, restored when closed. */
    public interface RawMode extends AutoCloseable {
        /** Its size now. */
        Size size();

        @Override
        void close();
    }

    /** Size of a terminal, in characters. */
    public record Size(int rows, int columns) {
        /** Size of a terminal that does not know its own. */
        public static final Size USUAL = new Size(24, 80);
    }
}
