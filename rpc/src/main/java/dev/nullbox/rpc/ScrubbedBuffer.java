package dev.nullbox.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;

/**
 * Buffer in native memory for bytes to and from a socket, wiped after each use; for one thread. The JDK would copy a heap
 * buffer through native memory that it keeps for the thread and does not wipe, so that secrets would stay there.
 */
public final class ScrubbedBuffer {
    private static final byte[] ZEROS = new byte[4096];

    private final ByteBuffer buffer;

    /** @param bytes the buffer's size */
    public ScrubbedBuffer(int bytes) {
        this.buffer = ByteBuffer.allocateDirect(bytes);
    }

    /**
     * Reads once and passes the bytes to the sink, which must take all of them.
     *
     * @return the number of bytes; less than 0 at the end of the stream
     */
    int read(ReadableByteChannel from, Consumer<ByteBuffer> sink) throws IOException {
        buffer.clear();
        int count = from.read(buffer);
        if (count > 0) {
            sink.accept(buffer.flip());
            wipe(count);
        }
        return count;
    }

    /** Writes until all bytes are sent, or a non-blocking channel takes no more. */
    public void write(WritableByteChannel to, ByteBuffer bytes) throws IOException {
        boolean taken = true;
        while (taken && bytes.hasRemaining()) {
            int length = Math.min(buffer.capacity(), bytes.remaining());
            buffer.clear().put(bytes.slice(bytes.position(), length)).flip();
            try {
                int sent = to.write(buffer);
                bytes.position(bytes.position() + sent);
                taken = sent == length;
            } finally {
                wipe(length);
            }
        }
    }

    private void wipe(int length) {
        buffer.clear();
        while (buffer.position() < length) {
            buffer.put(ZEROS, 0, Math.min(ZEROS.length, length - buffer.position()));
        }
    }
}
