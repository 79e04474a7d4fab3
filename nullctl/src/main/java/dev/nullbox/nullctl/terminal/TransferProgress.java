package dev.nullbox.nullctl.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/**
 * Progress of steps over many bytes, on standard error: one line that is overwritten at a terminal, elsewhere a line
 * every ten seconds.
 */
public final class TransferProgress implements AutoCloseable {
    private static final Duration AT_TERMINAL = Duration.ofMillis(200);
    private static final Duration ELSEWHERE = Duration.ofSeconds(10);
    private static final String ERASE = "\r\u001b[K";

    private final PrintWriter err;
    private final boolean writesOver;
    private final LongSupplier nanos;
    private String step = "";
    private long begun;
    private long shown;
    private boolean hasLine;

    /** @param nanos as {@link System#nanoTime} */
    TransferProgress(PrintWriter err, boolean writesOver, LongSupplier nanos) {
        this.err = err;
        this.writesOver = writesOver;
        this.nanos = nanos;
    }

    /** On the standard error of the streams. */
    public static TransferProgress of(Streams io) {
        return new TransferProgress(io.err(), io.isErrorSeen(), System::nanoTime);
    }

    /** Reports the bytes of a step that are done, and its total if known. */
    public void update(String name, long done, OptionalLong total) {
        long now = nanos.getAsLong();
        if (!name.equals(step)) {
            step = name;
            begun = now;
            // A terminal shows the beginning too.
            shown = writesOver ? now - AT_TERMINAL.toNanos() : now;
        }
        if (now - shown >= (writesOver ? AT_TERMINAL : ELSEWHERE).toNanos()) {
            shown = now;
            String line = line(done, total, now - begun);
            if (writesOver) {
                err.print(ERASE + line);
                err.flush();
                hasLine = true;
            } else {
                err.println(line);
            }
        }
    }

    private String line(long done, OptionalLong total, long spent) {
        StringBuilder line = new StringBuilder(step).append(": ").append(CellFormat.bytes(done));
        if (total.isPresent() && total.getAsLong() > 0) {
            long percent = Math.min(100, Math.round(Math.floor(100.0 * done / total.getAsLong())));
            line.append(" of ").append(CellFormat.bytes(total.getAsLong()));
            line.append(", ").append(percent).append(" %");
        }
        double seconds = (double) spent / TimeUnit.SECONDS.toNanos(1);
        if (seconds > 0) {
            line.append(String.format(Locale.ROOT, ", %s/s", CellFormat.bytes(Math.round(done / seconds))));
        }
        return line.toString();
    }

    /** Removes the line. */
    @Override
    public void close() {
        if (hasLine) {
            err.print(ERASE);
            err.flush();
            hasLine = false;
        }
    }
}
