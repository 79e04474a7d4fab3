package dev.nullbox.nulld.log;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/** Bytes in, whole lines out; what is longer than the bound is cut, and the line says how much. */
final class LineBuffer {
    /** Longest line kept, in bytes. */
    static final int BOUND = 16 * 1024;

    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private long cut;

    /** Takes bytes and gives each line that they end. */
    void add(byte[] from, int length, Consumer<String> line) {
        for (int i = 0; i < length; i++) {
            if (from[i] == '\n') {
                line.accept(take());
            } else if (bytes.size() < BOUND) {
                bytes.write(from[i]);
            } else {
                cut++;
            }
        }
    }

    /** Gives the last line, which no newline ended, when there is one. */
    void end(Consumer<String> line) {
        if (bytes.size() > 0) {
            line.accept(take());
        }
    }

    private String take() {
        String text = bytes.toString(StandardCharsets.UTF_8);
        if (text.endsWith("\r")) {
            text = text.substring(0, text.length() - 1);
        }
        if (cut > 0) {
            text += " ... (" + cut + " bytes cut)";
        }
        bytes.reset();
        cut = 0;
        return text;
    }
}
