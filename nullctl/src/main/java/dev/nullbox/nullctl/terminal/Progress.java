package dev.nullbox.nullctl.terminal;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** Lines at intervals while a call runs: its method, and the time since it began. */
public final class Progress implements AutoCloseable {
    public static final Duration EVERY = Duration.ofSeconds(10);

    private final Thread clock;

    private Progress(Thread clock) {
        this.clock = clock;
    }

    /** Prints the lines until closed. */
    public static Progress of(String method, PrintWriter out, Duration every) {
        long begun = System.nanoTime();
        return new Progress(Thread.ofPlatform().daemon().name("progress").start(() -> {
            try {
                while (true) {
                    Thread.sleep(every);
                    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - begun);
                    out.println(method + ": at work for " + seconds + " s");
                }
            } catch (InterruptedException e) {
                // Closed: the call is over.
                Thread.currentThread().interrupt();
            }
        }));
    }

    @Override
    public void close() {
        clock.interrupt();
    }
}
