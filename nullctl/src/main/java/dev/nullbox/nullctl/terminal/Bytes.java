package dev.nullbox.nullctl.terminal;

import java.io.IOException;

/** Standard output, for what is to arrive unchanged. */
public final class Bytes {
    private Bytes() {}

    public static void print(Io io, byte[] bytes) throws LocalFileException {
        try {
            io.out().flush();
            io.bytes().write(bytes);
            io.bytes().flush();
        } catch (IOException e) {
            throw new LocalFileException("cannot write standard output", e);
        }
    }
}
