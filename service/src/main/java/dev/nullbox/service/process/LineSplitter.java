package dev.nullbox.service.process;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongConsumer;

/**
 * Splits chunks of bytes into lines of bounded length, without line feed or CR LF; invalid UTF-8 becomes U+FFFD. For
 * one thread.
 */
public final class LineSplitter {
    private final int maxBytes;
    private final boolean splits;
    private final Consumer<String> lines;
    private final BooleanSupplier wanted;
    private final LongConsumer skipped;
    private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
    private long cut;

    private LineSplitter(
            int maxBytes, boolean splits, Consumer<String> lines, BooleanSupplier wanted, LongConsumer skipped) {
        this.maxBytes = maxBytes;
        this.splits = splits;
        this.lines = lines;
        this.wanted = wanted;
        this.skipped = skipped;
    }

    /** Creates a splitter that truncates a longer line and appends the number of bytes cut. */
    public static LineSplitter cutting(int maxBytes, Consumer<String> lines) {
        return new LineSplitter(maxBytes, false, lines, () -> true, _ -> {});
    }

    /** Creates a splitter that passes on a longer line as several. */
    public static LineSplitter splitting(int maxBytes, Consumer<String> lines) {
        return new LineSplitter(maxBytes, true, lines, () -> true, _ -> {});
    }

    /**
     * The same, for more lines than are wanted: after the first unwanted line, the other complete lines of its chunk
     * are counted and not decoded, which costs a hundredth.
     *
     * @param wanted asked before a line
     * @param skipped takes the number of lines that were not decoded
     */
    public static LineSplitter sampling(
            int maxBytes, Consumer<String> lines, BooleanSupplier wanted, LongConsumer skipped) {
        return new LineSplitter(maxBytes, true, lines, wanted, skipped);
    }

    /** Takes so many bytes from the start of the array. */
    public void feed(byte[] from, int count) {
        boolean mayPass = true;
        for (int i = 0; i < count; i++) {
            if (mayPass && bytes.size() == 0 && !wanted.getAsBoolean()) {
                mayPass = false;
                i = pass(from, i, count);
                if (i == count) {
                    return;
                }
            }
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

    /** Counts the complete lines from here on; returns the start of the last, incomplete one. */
    private int pass(byte[] from, int start, int count) {
        int next = start;
        long passed = 0;
        for (int i = start; i < count; i++) {
            if (from[i] == '\n') {
                passed++;
                next = i + 1;
            }
        }
        if (passed > 0) {
            skipped.accept(passed);
        }
        return next;
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
