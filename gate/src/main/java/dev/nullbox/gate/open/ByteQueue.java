package dev.nullbox.gate.open;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes in order, which are zeroed once they are taken: among them may be a secret. */
public final class ByteQueue {
    private static final int FIRST_BYTES = 2 * 1024;

    private byte[] bytes = new byte[0];
    private int start;
    private int end;

    /** Number of bytes. */
    public int size() {
        return end - start;
    }

    /** The array that holds them, from {@link #start} on, until the next change. */
    public byte[] array() {
        return bytes;
    }

    /** Index of the first byte. */
    public int start() {
        return start;
    }

    /** Adds bytes at the end. */
    public void add(byte[] more, int offset, int length) {
        System.arraycopy(more, offset, reserve(length), end, length);
        end += length;
    }

    /** Adds all of the bytes at the end. */
    public void add(byte[] more) {
        add(more, 0, more.length);
    }

    /** Adds a text of ISO 8859-1. */
    void add(String text) {
        add(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private byte[] reserve(int length) {
        if (bytes.length - end < length) {
            byte[] larger = bytes.length - size() >= length && start > 0
                    ? new byte[bytes.length]
                    : new byte[Math.max(FIRST_BYTES, Integer.highestOneBit(size() + length) * 2)];
            System.arraycopy(bytes, start, larger, 0, size());
            Arrays.fill(bytes, (byte) 0);
            end -= start;
            start = 0;
            bytes = larger;
        }
        return bytes;
    }

    /** The bytes for reading; {@link #take} what was read. */
    ByteBuffer view() {
        return ByteBuffer.wrap(bytes, start, size());
    }

    /** Takes bytes from the front. */
    public void take(int length) {
        Arrays.fill(bytes, start, start + length, (byte) 0);
        start += length;
        if (start == end) {
            start = 0;
            end = 0;
            if (bytes.length > FIRST_BYTES) {
                bytes = new byte[0];
            }
        }
    }

    /** Takes all. */
    void clear() {
        take(size());
    }

    byte at(int index) {
        return bytes[start + index];
    }

    /** Index of the end of the first empty line within a bound, behind it; -1 when there is none. */
    int endOfHead(int most) {
        for (int i = 3; i < Math.min(size(), most); i++) {
            if (at(i) == '\n' && at(i - 1) == '\r' && at(i - 2) == '\n' && at(i - 3) == '\r') {
                return i + 1;
            }
        }
        return -1;
    }

    /** Index of the first CR LF within a bound; -1 when there is none. */
    int endOfLine(int most) {
        for (int i = 1; i < Math.min(size(), most); i++) {
            if (at(i) == '\n' && at(i - 1) == '\r') {
                return i - 1;
            }
        }
        return -1;
    }

    String text(int length) {
        return new String(bytes, start, length, StandardCharsets.ISO_8859_1);
    }

    /** A copy of all bytes. */
    byte[] copy() {
        return Arrays.copyOfRange(bytes, start, end);
    }

    /** The number of bytes alone. */
    @Override
    public String toString() {
        return size() + " bytes";
    }
}
