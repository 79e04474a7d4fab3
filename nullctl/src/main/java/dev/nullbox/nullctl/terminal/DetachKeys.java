package dev.nullbox.nullctl.terminal;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * Keys of a terminal in raw mode, up to Ctrl-P Ctrl-Q, with which the person leaves what runs to itself: the input is
 * at its end then. A Ctrl-P alone comes with the key after it.
 */
public final class DetachKeys extends InputStream {
    private static final byte CTRL_P = 0x10;
    private static final byte CTRL_Q = 0x11;
    private static final int PIECE_BYTES = 4_096;

    private final InputStream keys;
    private final Runnable left;
    private byte[] ready = new byte[0];
    private int at;
    private boolean isHalf;
    private boolean isLeft;

    /** @param left runs once the keys before the two have been read */
    public DetachKeys(InputStream keys, Runnable left) {
        this.keys = keys;
        this.left = left;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : Byte.toUnsignedInt(one[0]);
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        while (at == ready.length) {
            if (isLeft) {
                // The keys before have been read.
                left.run();
                return -1;
            }
            if (!fill()) {
                return -1;
            }
        }
        int count = Math.min(length, ready.length - at);
        System.arraycopy(ready, at, into, offset, count);
        at += count;
        return count;
    }

    /** Takes the next keys; false at the end of them. */
    private boolean fill() throws IOException {
        byte[] piece = new byte[PIECE_BYTES];
        int count = keys.read(piece);
        byte[] passed = new byte[PIECE_BYTES + 1];
        int filled = 0;
        for (int i = 0; i < count && !isLeft; i++) {
            isLeft = isHalf && piece[i] == CTRL_Q;
            if (isHalf && !isLeft) {
                passed[filled++] = CTRL_P;
            }
            isHalf = piece[i] == CTRL_P;
            if (!isHalf && !isLeft) {
                passed[filled++] = piece[i];
            }
        }
        if (count < 0 && isHalf) {
            isHalf = false;
            passed[filled++] = CTRL_P;
        }
        ready = Arrays.copyOf(passed, filled);
        at = 0;
        return count >= 0 || filled > 0;
    }
}
