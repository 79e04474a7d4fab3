package dev.nullbox.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.function.Consumer;

/**
 * Native memory through which bytes go to and from a socket, wiped each time; for one thread. A buffer on the heap would
 * be copied through native memory that the JDK keeps for the thread, with what was in it.
 */
public final class SocketPiece {
    private static final byte[] ZEROS = new byte[4096];

    private final ByteBuffer piece;

    /** @param bytes that it takes at once */
    public SocketPiece(int bytes) {
        this.piece = ByteBuffer.allocateDirect(bytes);
    }

    /**
     * Reads once and hands over what came, which the sink must take whole.
     *
     * @return how many bytes; less than 0 at the end of the stream
     */
    int read(ReadableByteChannel from, Consumer<ByteBuffer> sink) throws IOException {
        piece.clear();
        int count = from.read(piece);
        if (count > 0) {
            sink.accept(piece.flip());
            wipe(count);
        }
        return count;
    }

    /** Writes until all is sent, or a channel that does not block takes no more. */
    public void write(WritableByteChannel to, ByteBuffer bytes) throws IOException {
        boolean taken = true;
        while (taken && bytes.hasRemaining()) {
            int length = Math.min(piece.capacity(), bytes.remaining());
            piece.clear().put(bytes.slice(bytes.position(), length)).flip();
            try {
                int sent = to.write(piece);
                bytes.position(bytes.position() + sent);
                taken = sent == length;
            } finally {
                wipe(length);
            }
        }
    }

    private void wipe(int length) {
        piece.clear();
        while (piece.position() < length) {
            piece.put(ZEROS, 0, Math.min(ZEROS.length, length - piece.position()));
        }
    }
}
