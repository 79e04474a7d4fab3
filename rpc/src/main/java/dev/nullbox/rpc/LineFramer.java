package dev.nullbox.rpc;

import dev.nullbox.protocol.CallReason;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * Lines cut from a stream of bytes that comes in any pieces; for one thread.
 *
 * <p>Holds nothing before the first byte and at most one line and one piece, when lines are taken after each piece.
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

    /** Takes all bytes of a piece. */
    public void feed(ByteBuffer piece) {
        int more = piece.remaining();
        if (end + more > held.length) {
            makeRoom(more);
        }
        piece.get(held, end, more);
        end += more;
    }

    /**
     * The next whole line without its line feed, or nothing yet.
     *
     * @throws RpcException INVALID_REQUEST, LINE_TOO_LONG when the line is longer than allowed, ended or not; the
     *     stream is of no use any more
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

    /** How many bytes are held, taken lines not counted. */
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
