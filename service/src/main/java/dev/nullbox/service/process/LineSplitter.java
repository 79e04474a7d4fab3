package dev.nullbox.service.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;

/**
 * Splits chunks of bytes into lines of bounded length, without line feed or CR LF; invalid UTF-8 becomes U+FFFD. For one
 * thread.
 */
public final class LineSplitter {
    private final int maxBytes;
    private final boolean splits;
    private final Consumer<String> lines;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private long cut;

    private LineSplitter(int maxBytes, boolean splits, Consumer<String> lines) {
        this.maxBytes = maxBytes;
        this.splits = splits;
        this.lines = lines;
    }

    /** Creates a splitter that truncates a longer line and appends the number of bytes cut. */
    public static LineSplitter cutting(int maxBytes, Consumer<String> lines) {
        return new LineSplitter(maxBytes, false, lines);
    }

    /** Creates a splitter that passes on a longer line as several. */
    public static LineSplitter splitting(int maxBytes, Consumer<String> lines) {
        return new LineSplitter(maxBytes, true, lines);
    }

    /** Takes so many bytes from the start of the array. */
    public void feed(byte[] from, int count) {
        for (int i = 0; i < count; i++) {
            if (from[i] == '\n') {
                flush();
                continue;
            }
            if (splits && bytes.size() == maxBytes) {
                flush();
            }
            if (bytes.size() < maxBytes) {
                bytes.write(from[i]);
            } else {
                cut++;
            }
        }
    }

    /** Passes on the last line when no line feed ended it. */
    public void end() {
        if (bytes.size() > 0) {
            flush();
        }
    }

    private void flush() {
        String line = bytes.toString(StandardCharsets.UTF_8);
        line = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
        line = cut > 0 ? line + " ... (" + cut + " bytes cut)" : line;
        bytes.reset();
        cut = 0;
        lines.accept(line);
    }
}
