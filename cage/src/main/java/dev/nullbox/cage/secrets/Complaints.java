package dev.nullbox.cage.secrets;

import dev.nullbox.service.TokenBucket;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Complaints that others can provoke, for any thread: one line of each kind a second at most. The next one says how many
 * were left out.
 */
public final class Complaints {
    private static final long MILLIS_PER_LINE = 1_000;

    private final Consumer<String> lines;
    private final LongSupplier clockMillis;
    private final Map<String, TokenBucket> kinds = new HashMap<>();

    Complaints(Consumer<String> lines, LongSupplier clockMillis) {
        this.lines = lines;
        this.clockMillis = clockMillis;
    }

    public static Complaints toStandardError() {
        return new Complaints(System.err::println, () -> TimeUnit.NANOSECONDS.toMillis(System.nanoTime()));
    }

    /** @param kind one of few, as each has a budget of its own */
    synchronized void say(String kind, String line) {
        long now = clockMillis.getAsLong();
        TokenBucket budget = kinds.computeIfAbsent(kind, _ -> new TokenBucket(1, MILLIS_PER_LINE, now));
        if (budget.take(now)) {
            long dropped = budget.takeDropped();
            lines.accept("cage: " + line + (dropped == 0 ? "" : " (" + dropped + " more of the kind left out)"));
        }
    }

    /** What a bug looks like in one line: its message could hold anything, and is left out. */
    public static String bug(RuntimeException e) {
        StackTraceElement[] trace = e.getStackTrace();
        return e.getClass().getName() + (trace.length == 0 ? "" : " at " + trace[0]);
    }
}
