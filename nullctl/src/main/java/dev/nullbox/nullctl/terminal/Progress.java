package dev.nullbox.nullctl.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

/** A line now and then, while one waits for the appliance: what for, and for how long already. */
public final class Progress implements AutoCloseable {
    public static final Duration EVERY = Duration.ofSeconds(10);

    private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor(work -> {
        Thread thread = new Thread(work, "progress");
        thread.setDaemon(true);
        return thread;
    });

    private final Future<?> lines;

    private Progress(Runnable line, Duration every) {
        lines = clock.scheduleAtFixedRate(line, every.toMillis(), every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Tells it until closed. */
    public static Progress of(String what, PrintWriter out, Duration every) {
        long begun = System.nanoTime();
        return new Progress(
                () -> {
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
                    out.println(what + ": at work for " + seconds + " s");
                    out.flush();
                },
                every);
    }

    @Override
    public void close() {
        lines.cancel(false);
        clock.shutdownNow();
    }
}
