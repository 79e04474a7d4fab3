package dev.nullbox.service;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Log for lines that other processes can provoke: at most one of each kind a second. The next line of the kind has the
 * number of omitted ones. Thread-safe.
 */
public final class RateLimitedLog {
    private static final long MILLIS_PER_LINE = 1_000;

    private final Consumer<String> lines;
    private final LongSupplier clockMillis;
    private final Map<String, TokenBucket> kinds = new HashMap<>();

    public RateLimitedLog(Consumer<String> lines, LongSupplier clockMillis) {
        this.lines = lines;
        this.clockMillis = clockMillis;
    }

    /** The log on standard error of the service of this name. */
    public static RateLimitedLog toStandardError(String service) {
        return new RateLimitedLog(
                line -> System.err.println(service + ": " + line),
                () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /**
     * Writes the line, or counts it as omitted.
     *
     * @param kind one of few, as each has a bucket of its own
     */
    public synchronized void warn(String kind, String line) {
        long now = clockMillis.getAsLong();
        TokenBucket bucket = kinds.computeIfAbsent(kind, _ -> new TokenBucket(1, MILLIS_PER_LINE, now));
        if (bucket.take(now)) {
            long dropped = bucket.takeDropped();
            lines.accept(line + (dropped == 0 ? "" : " (" + dropped + " more of the kind left out)"));
        }
    }

    /** A bug in one line: its class and code location, without its message, which could hold a secret. */
    public static String bug(RuntimeException e) {
        StackTraceElement[] trace = e.getStackTrace();
        return e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}
