package dev.nullbox.importer;

import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/** Progress of an import: bytes read and expected, reported at most a few times a second. */
final class Progress {
    private static final long PAUSE_NANOS = 200_000_000;

    private final Consumer<Message> lines;
    private final LongSupplier nanoTime;
    private long readBytes;
    private long totalBytes;
    private long toldAt;

    /** @param nanoTime as {@link System#nanoTime} */
    Progress(Consumer<Message> lines, LongSupplier nanoTime) {
        this.lines = lines;
        this.nanoTime = nanoTime;
        this.toldAt = nanoTime.getAsLong();
    }

    /** Sets the expected bytes. */
    void expect(long total) {
        totalBytes = total;
    }

    long readSoFar() {
        return readBytes;
    }

    void read(long count) {
        readBytes += count;
        if (nanoTime.getAsLong() - toldAt >= PAUSE_NANOS) {
            tell();
        }
    }

    /** Reports the end: files of lower layers that upper ones replace are not read again. */
    void finish() {
        readBytes = totalBytes;
        tell();
    }

    private void tell() {
        toldAt = nanoTime.getAsLong();
        lines.accept(Message.of(
                ImportProtocol.READ.is(Math.min(readBytes, totalBytes)), ImportProtocol.TOTAL.is(totalBytes)));
    }
}
