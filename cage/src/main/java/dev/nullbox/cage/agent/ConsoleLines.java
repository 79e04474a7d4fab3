package dev.nullbox.cage.agent;

import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Bytes of an untrusted console, made into lines that can be shown on a terminal: at most {@link #MAX_BYTES} each (longer
 * ones are cut into several), invalid UTF-8 replaced by U+FFFD, and every character escaped that could steer a terminal,
 * end the line or reorder what stands beside it.
 */
public final class ConsoleLines {
    static final int MAX_BYTES = 2048;

    private static final int FIRST_PRINTABLE = 0x20;
    private static final int LAST_ASCII = 0x7e;
    private static final int FIRST_AFTER_C1 = 0xa0;

    private final Consumer<String> lines;
    private final byte[] buffer = new byte[MAX_BYTES];
    private int length;

    ConsoleLines(Consumer<String> lines) {
        this.lines = lines;
    }

    /** Takes so many bytes from the start of the array. */
    void feed(byte[] bytes, int count) {
        for (int i = 0; i < count; i++) {
            if (bytes[i] == '\n') {
                flush();
            } else {
                if (length == MAX_BYTES) {
                    flush();
                }
                buffer[length++] = bytes[i];
            }
        }
    }

    /** Gives out what came without a line feed. */
    void end() {
        if (length > 0) {
            flush();
        }
    }

    private void flush() {
        int end = length > 0 && buffer[length - 1] == '\r' ? length - 1 : length;
        length = 0;
        lines.accept(escaped(new String(buffer, 0, end, StandardCharsets.UTF_8)));
    }

    /** The text with everything unfit for a terminal written by its number in hexadecimal, after a backslash and x or u. */
    public static String escaped(String text) {
        StringBuilder safe = new StringBuilder(text.length());
        text.codePoints().forEach(c -> append(safe, c));
        return safe.toString();
    }

    private static void append(StringBuilder safe, int c) {
        if (c == '\t' || (c >= FIRST_PRINTABLE && c <= LAST_ASCII)) {
            safe.append((char) c);
        } else if (c < FIRST_AFTER_C1) {
            safe.append("\\x");
            safe.append(Character.forDigit(c >> 4, 16)).append(Character.forDigit(c & 0xf, 16));
        } else if (isInvisible(c)) {
            safe.append("\\u{").append(Integer.toHexString(c)).append('}');
        } else {
            safe.appendCodePoint(c);
        }
    }

    /** Format characters reorder or hide text (Cf), and separators end lines (Zl, Zp). */
    private static boolean isInvisible(int c) {
        int type = Character.getType(c);
        return type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.PRIVATE_USE
                || type == Character.SURROGATE
                || type == Character.UNASSIGNED;
    }
}
