package dev.nullbox.cage.log;

import java.io.ByteArrayOutputStream;

/**
 * Cutter of one stream of one run into lines, a long one into several records. It copies bytes and decodes no text: a
 * flood of short lines costs little more than its bytes. For one thread.
 */
final class LineCutter {
    static final int MAX_BYTES = 8_192;

    /** Receiver of lines; a line's bytes are valid only during the call. */
    @FunctionalInterface
    interface Sink {
        void line(RecordHead head, byte[] bytes, int start, int length);
    }

    private final long run;
    private final LogStream stream;
    private final Sink lines;
    private final ByteArrayOutputStream begun = new ByteArrayOutputStream(256);
    private long begunMillis;
    private RecordHead whole;
    private RecordHead piece;

    LineCutter(long run, LogStream stream, Sink lines) {
        this.run = run;
        this.stream = stream;
        this.lines = lines;
        this.whole = RecordHead.of(0, run, stream, true);
        this.piece = RecordHead.of(0, run, stream, false);
    }

    /** Takes bytes with their time of arrival. */
    void feed(long millis, byte[] bytes) {
        int start = 0;
        for (int i = 0; i < bytes.length; i++) {
            if (bytes[i] == '\n') {
                pass(millis, bytes, start, i, true);
                start = i + 1;
            } else if (begun.size() + i - start == MAX_BYTES) {
                pass(millis, bytes, start, i, false);
                start = i;
            }
        }
        if (start < bytes.length) {
            begunMillis = begun.size() == 0 ? millis : begunMillis;
            begun.write(bytes, start, bytes.length - start);
        }
    }

    private void pass(long millis, byte[] bytes, int start, int end, boolean isWhole) {
        if (begun.size() == 0) {
            lines.line(head(millis, isWhole), bytes, start, end - start);
            return;
        }
        begun.write(bytes, start, end - start);
        byte[] joined = begun.toByteArray();
        begun.reset();
        lines.line(head(begunMillis, isWhole), joined, 0, joined.length);
    }

    /** Head of the lines of a chunk, which all have the same. */
    private RecordHead head(long millis, boolean isWhole) {
        if (whole.millis() != millis) {
            whole = RecordHead.of(millis, run, stream, true);
            piece = RecordHead.of(millis, run, stream, false);
        }
        return isWhole ? whole : piece;
    }

    /** Start time of the unfinished line; absent as {@link Long#MAX_VALUE}. */
    long begunMillis() {
        return begun.size() == 0 ? Long.MAX_VALUE : begunMillis;
    }

    /**
     * Passes the unfinished line on as a record: the run has ended, or a reader has waited long enough for the rest.
     */
    void flush() {
        if (begun.size() > 0) {
            pass(begunMillis, new byte[0], 0, 0, false);
        }
    }
}
