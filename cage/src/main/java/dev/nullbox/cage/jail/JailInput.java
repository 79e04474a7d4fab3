package dev.nullbox.cage.jail;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.SyscallException;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;

/** The jail's standard input, line by line. */
final class JailInput {
    private static final int BUFFER_BYTES = 8192;
    private static final int MAX_LINE_BYTES = 1 << 20;

    private final Libc libc;
    private final byte[] buffer = new byte[BUFFER_BYTES];
    private int position;
    private int end;

    JailInput(Libc libc) {
        this.libc = libc;
    }

    /** The bytes up to the next line feed, without it. */
    byte[] line() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        byte next = next();
        while (next != '\n') {
            if (line.size() == MAX_LINE_BYTES) {
                throw new IOException("a line of more than " + MAX_LINE_BYTES + " bytes on standard input");
            }
            line.write(next);
            next = next();
        }
        return line.toByteArray();
    }

    private byte next() throws IOException {
        if (position == end) {
            fill();
        }
        return buffer[position++];
    }

    private void fill() throws SyscallException, EOFException {
        position = 0;
        end = libc.read(0, buffer, 0, buffer.length).orThrow("read standard input");
        if (end == 0) {
            throw new EOFException("cage hung up");
        }
    }
}
