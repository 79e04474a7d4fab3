package dev.nullbox.rpc;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** State of a client's connection; used by the selector thread only. */
final class Connection {
    /** Phase of a connection; bytes are read in the first and the last only, so that a client cannot queue calls. */
    enum State {
        READING,
        RUNNING,
        WRITING,
        /** The last response is sent; later input is discarded, since closing at once would reset the response away. */
        DISCARDING
    }

    private final SocketChannel channel;
    private final SelectionKey key;
    private final Caller caller;
    private final LineFramer framer = new LineFramer(JsonRpcCodec.MAX_MESSAGE_BYTES);
    private State state = State.READING;
    private long sinceNanos;
    private @Nullable Call call;
    private ByteBuffer out = ByteBuffer.allocate(0);
    private boolean last;

    Connection(SocketChannel channel, SelectionKey key, Caller caller, long nowNanos) {
        this.channel = channel;
        this.key = key;
        this.caller = caller;
        this.sinceNanos = nowNanos;
    }

    Caller caller() {
        return caller;
    }

    State state() {
        return state;
    }

    /** Time of the last state change that counts as activity: accept, end of a call, begin of discarding. */
    long sinceNanos() {
        return sinceNanos;
    }

    @Nullable
    Call call() {
        return call;
    }

    /** Size of the buffers for partial lines and unsent responses, in bytes. */
    int heldBytes() {
        return framer.held() + out.capacity();
    }

    /** Reads once through the loop's buffer; false at the end of the stream. */
    boolean read(ScrubbedBuffer shared) throws IOException {
        return shared.read(channel, bytes -> {
                    if (state == State.READING) {
                        framer.feed(bytes);
                    }
                })
                >= 0;
    }

    Optional<byte[]> nextLine() throws RpcException {
        return framer.next();
    }

    void run(Call next) {
        call = next;
        state = State.RUNNING;
        key.interestOps(0);
    }

    /** Begins to send a line; after the last one nothing more is read. */
    void respond(byte[] line, boolean isLast) {
        call = null;
        last = isLast;
        out = ByteBuffer.allocate(line.length + 1).put(line).put((byte) '\n').flip();
        state = State.WRITING;
    }

    /** Returns to reading without a response. */
    void skipResponse(long nowNanos) {
        call = null;
        read(nowNanos);
    }

    /** Sends what the socket accepts; true when the connection may read its next line. */
    boolean write(ScrubbedBuffer shared, long nowNanos) throws IOException {
        shared.write(channel, out);
        if (out.hasRemaining()) {
            key.interestOps(SelectionKey.OP_WRITE);
            return false;
        }
        out = ByteBuffer.allocate(0);
        if (!last) {
            read(nowNanos);
            return true;
        }
        channel.shutdownOutput();
        state = State.DISCARDING;
        sinceNanos = nowNanos;
        key.interestOps(SelectionKey.OP_READ);
        return false;
    }

    void close() {
        key.cancel();
        try {
            channel.close();
        } catch (IOException e) {
            // The descriptor is released all the same (close(2)).
            state = State.DISCARDING;
        }
    }

    private void read(long nowNanos) {
        state = State.READING;
        sinceNanos = nowNanos;
        key.interestOps(SelectionKey.OP_READ);
    }
}
