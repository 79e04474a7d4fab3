package dev.nullbox.gate.open;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/**
 * Filter that overwrites secrets in a stream by asterisks of the same number: as they are, as a JSON string may have them,
 * in percent-encoding, and in base 64 at each of its three offsets. What may be the beginning of one is held until it is
 * known to be none.
 *
 * <p>A few bytes are released after a quiet while, as a peer that waits for an answer would wait for ever: of a secret that
 * comes in drips its first {@value #MAX_RELEASED} bytes can be read.
 */
final class EchoFilter {
    static final int MAX_RELEASED = 5;

    private static final int MIN_PATTERN = 6;
    private static final int GROUP = 3;
    private static final int DIGITS = 4;
    private static final byte MASK = '*';
    private static final String HEX = "0123456789ABCDEF";

    private final List<byte[]> patterns;
    private final boolean[] firsts = new boolean[256];
    private final ByteQueue held = new ByteQueue();
    /** Bytes at the front of those held that were released. */
    private int released;

    /** Receiver of what is no secret. */
    @FunctionalInterface
    interface Out {
        void accept(byte[] bytes, int offset, int length) throws RefusedException;
    }

    /** @param secrets open until the filter's last use */
    EchoFilter(List<HeldSecret> secrets) {
        List<byte[]> all = new ArrayList<>();
        for (HeldSecret secret : secrets) {
            addForms(all, secret.value());
        }
        // The longest first: a shorter one within it would leave its ends.
        all.sort((one, other) -> Integer.compare(other.length, one.length));
        patterns = List.copyOf(all);
        patterns.forEach(pattern -> firsts[pattern[0] & 0xff] = true);
    }

    private static void addForms(List<byte[]> all, byte[] value) {
        add(all, value.clone());
        add(all, escaped(value, false));
        add(all, escaped(value, true));
        for (Base64.Encoder encoder : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
            for (int offset = 0; offset < GROUP; offset++) {
                add(all, encoded(encoder, value, offset));
            }
        }
    }

    private static void add(List<byte[]> all, byte[] pattern) {
        if (pattern.length >= MIN_PATTERN && all.stream().noneMatch(one -> Arrays.equals(one, pattern))) {
            all.add(pattern);
        }
    }

    /** The digits of base 64 that the value alone decides, when so many bytes stand before it in its group. */
    private static byte[] encoded(Base64.Encoder encoder, byte[] value, int offset) {
        byte[] padded = new byte[offset + value.length];
        System.arraycopy(value, 0, padded, offset, value.length);
        byte[] digits = encoder.withoutPadding().encode(padded);
        int from = offset == 0 ? 0 : offset + 1;
        int until = padded.length % GROUP == 0 ? digits.length : padded.length / GROUP * DIGITS + padded.length % GROUP;
        Arrays.fill(padded, (byte) 0);
        byte[] own = from < until ? Arrays.copyOfRange(digits, from, until) : new byte[0];
        Arrays.fill(digits, (byte) 0);
        return own;
    }

    /** As a JSON string has it with escaped slashes, or a URL in percent-encoding (upper case). */
    private static byte[] escaped(byte[] value, boolean isUrl) {
        ByteQueue text = new ByteQueue();
        for (byte b : value) {
            boolean isPlain = (b >= '0' && b <= '9')
                    || (b >= 'A' && b <= 'Z')
                    || (b >= 'a' && b <= 'z')
                    || "-._~".indexOf(b) >= 0;
            if (isUrl && !isPlain) {
                text.add(new byte[] {'%', (byte) HEX.charAt(b >> 4 & 15), (byte) HEX.charAt(b & 15)});
            } else if (!isUrl && (b == '"' || b == '\\' || b == '/')) {
                text.add(new byte[] {'\\', b});
            } else {
                text.add(new byte[] {b});
            }
        }
        byte[] escaped = text.copy();
        text.clear();
        return escaped;
    }

    /** Filters more of the stream. */
    void push(byte[] bytes, int offset, int length, Out out) throws RefusedException {
        held.add(bytes, offset, length);
        int clear = mask(false);
        give(clear, out);
    }

    /** The stream ends: what was held is no secret. */
    void flush(Out out) throws RefusedException {
        var _ = mask(true);
        give(held.size(), out);
    }

    /** Gives out what is held after a quiet while, if it is short. */
    void release(Out out) throws RefusedException {
        if (held.size() <= MAX_RELEASED && held.size() > released) {
            out.accept(held.array(), held.start() + released, held.size() - released);
            released = held.size();
        }
    }

    private void give(int length, Out out) throws RefusedException {
        if (length > released) {
            out.accept(held.array(), held.start() + released, length - released);
        }
        if (length > 0) {
            held.take(length);
            released = Math.max(0, released - length);
        }
    }

    /** Masks whole secrets; the number of bytes at the front that can be given out. */
    private int mask(boolean isEnd) {
        byte[] all = held.array();
        int end = held.start() + held.size();
        int i = held.start();
        int clear = -1;
        while (i < end) {
            int found = firsts[all[i] & 0xff] ? match(all, i, end, isEnd) : 0;
            if (found > 0) {
                Arrays.fill(all, i, i + found, MASK);
                i += found;
            } else {
                if (found < 0) {
                    clear = i;
                    break;
                }
                i++;
            }
        }
        return clear < 0 ? held.size() : clear - held.start();
    }

    /** Length of the secret at an index; -1 for what may become one, or a longer one; 0 for neither. */
    private int match(byte[] all, int from, int end, boolean isEnd) {
        boolean isBeginning = false;
        for (byte[] pattern : patterns) {
            int length = Math.min(pattern.length, end - from);
            if (Arrays.equals(all, from, from + length, pattern, 0, length)) {
                if (length == pattern.length) {
                    return isBeginning ? -1 : length;
                }
                isBeginning = !isEnd;
            }
        }
        return isBeginning ? -1 : 0;
    }

    /** Forgets all that it knows of secrets. */
    void close() {
        patterns.forEach(pattern -> Arrays.fill(pattern, (byte) 0));
        held.clear();
    }
}
