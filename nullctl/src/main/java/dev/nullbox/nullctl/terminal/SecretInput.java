package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;

/** Input of secrets: from a prompt without echo, standard input or a file, never from an argument. */
public final class SecretInput {
    private static final byte[] NOTHING = new byte[0];

    private SecretInput() {}

    /**
     * All of standard input without one line end, which {@code echo} and text editors add; at a terminal the typed
     * line. The caller wipes the bytes.
     *
     * @param max one byte more is read at most, so that the caller can see that there is more
     */
    public static byte[] all(Streams io, String what, int max) throws UsageException {
        if (io.terminal().isPresent()) {
            return typed(io.terminal().get(), what);
        }
        try {
            byte[] read = io.in().readNBytes(max + 3);
            byte[] value = Arrays.copyOf(read, withoutLineEnd(read));
            Arrays.fill(read, (byte) 0);
            return value;
        } catch (IOException e) {
            throw new UsageException("cannot read standard input: " + e.getMessage());
        }
    }

    /** The next line of standard input, or the line typed at a terminal; the caller wipes the bytes. */
    public static byte[] line(Streams io, String what, int max) throws UsageException {
        return io.terminal().isPresent() ? typed(io.terminal().get(), what) : nextLine(io.in(), what, max);
    }

    /** As {@link #line}; typed twice at a terminal, as it is not shown. */
    public static byte[] newLine(Streams io, String what, int max) throws UsageException {
        byte[] first = line(io, what, max);
        if (io.terminal().isPresent()) {
            byte[] second = typed(io.terminal().get(), what + ", once more");
            boolean same = Arrays.equals(first, second);
            Arrays.fill(second, (byte) 0);
            if (!same) {
                Arrays.fill(first, (byte) 0);
                throw new UsageException("the two are not the same: nothing was done");
            }
        }
        return first;
    }

    /** A file's bytes, all of them; the caller wipes them. */
    public static byte[] file(Path file, int max) throws UsageException {
        try (InputStream in = Files.newInputStream(file)) {
            return in.readNBytes(max + 1);
        } catch (IOException e) {
            throw new UsageException("cannot read " + file + ": " + e.getClass().getSimpleName());
        }
    }

    /** Number of bytes before one line end at the end, if there is one. */
    public static int withoutLineEnd(byte[] read) {
        int length = read.length;
        if (length > 0 && read[length - 1] == '\n') {
            length--;
            if (length > 0 && read[length - 1] == '\r') {
                length--;
            }
        }
        return length;
    }

    private static byte[] nextLine(InputStream in, String what, int max) throws UsageException {
        byte[] held = new byte[max + 2];
        try {
            int length = 0;
            int c = in.read();
            while (c >= 0 && c != '\n') {
                if (length == held.length) {
                    throw new UsageException(what + ": the line has more than " + max + " bytes");
                }
                held[length++] = (byte) c;
                c = in.read();
            }
            return Arrays.copyOf(held, length > 0 && held[length - 1] == '\r' ? length - 1 : length);
        } catch (IOException e) {
            throw new UsageException("cannot read standard input: " + e.getMessage());
        } finally {
            Arrays.fill(held, (byte) 0);
        }
    }

    private static byte[] typed(Streams.Terminal terminal, String what) throws UsageException {
        Optional<char[]> typed = terminal.ask(what + " (not shown): ");
        if (typed.isEmpty()) {
            return NOTHING;
        }
        ByteBuffer encoded = StandardCharsets.UTF_8.encode(CharBuffer.wrap(typed.get()));
        byte[] value = new byte[encoded.remaining()];
        encoded.get(value).rewind();
        while (encoded.hasRemaining()) {
            encoded.put((byte) 0);
        }
        Arrays.fill(typed.get(), '\0');
        return value;
    }
}
