package dev.nullbox.importer.input;

import java.io.IOException;
import java.io.InputStream;

/** Input stream with reads of blocks; a read of one byte is a block of its own. */
abstract class BlockStream extends InputStream {
    @Override
    public final int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public abstract int read(byte[] to, int offset, int length) throws IOException;
}
