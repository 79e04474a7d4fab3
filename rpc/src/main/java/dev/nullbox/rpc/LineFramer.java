package dev.nullbox.rpc;

import dev.nullbox.protocol.CallReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Splitter of a byte stream into lines, whatever the chunks it comes in; for one thread.
 *
 * <p>Holds no memory before the first byte, and at most one line and one chunk when lines are taken after each chunk.
 */
public final class LineFramer {
    private static final byte[] NOTHING = new byte[0];
    private static final int FIRST_SIZE = 512;

    private final int maxBytes;
    private byte[] held = NOTHING;
    private int start;
    private int end;
    private int scanned;

    /**
     * @param maxBytes of one line, without its line feed
     */
    public LineFramer(int maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Adds all bytes of a chunk. */
    public void feed(ByteBuffer chunk) {
        int more = chunk.remaining();
        if (end + more > held.length) {
            makeRoom(more);
        }
        chunk.get(held, end, more);
        end += more;
    }

    /**
     * The next whole line without its line feed; empty while it is not whole.
     *
     * @throws RpcException INVALID_REQUEST, LINE_TOO_LONG when the line is longer than allowed, ended or not; the
     *     stream cannot be read on
     */
    public Optional<byte[]> next() throws RpcException {
        int at = scanned;
        while (at < end && held[at] != '\n') {
            at++;
        }
        scanned = at;
        if (at - start > maxBytes) {
            throw new RpcException(CallReason.LINE_TOO_LONG, "a message has at most " + maxBytes + " bytes");
        }
        if (at == end) {
            return Optional.empty();
        }
        byte[] line = Arrays.copyOfRange(held, start, at);
        start = at + 1;
        scanned = start;
        if (start == end) {
            held = NOTHING;
            start = 0;
            end = 0;
            scanned = 0;
        }
        return Optional.of(line);
    }

    /** Size of the memory in use, in bytes; lines that were taken do not count. */
    public int held() {
        return held.length;
    }

    private void makeRoom(int more) {
        int used = end - start;
        int needed = used + more;
        int size = Math.max(needed, Math.min(Math.max(FIRST_SIZE, used * 2), maxBytes));
        byte[] room = needed <= held.length ? held : new byte[size];
        System.arraycopy(held, start, room, 0, used);
        held = room;
        scanned -= start;
        start = 0;
        end = used;
    }
}
