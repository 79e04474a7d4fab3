package dev.nullbox.cage.agent;

import dev.nullbox.cage.guest.GuestServer;
import dev.nullbox.manifest.HealthCheck;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Health check of one running agent, which its guest's init makes: HTTP GET at the guest's own loopback, or a program.
 * The manifest's number of failures in a row is reported once.
 */
final class HealthProbe implements AutoCloseable {
    private static final Duration LONGEST_ANSWER = Duration.ofSeconds(5);

    /** Check of a guest: the failure, empty when it is healthy. */
    @FunctionalInterface
    interface Question {
        Optional<String> ask(Duration limit) throws IOException;
    }

    private final Question question;
    private final HealthCheck check;
    private final Duration limit;
    private final Consumer<String> unhealthy;
    private boolean isClosed;

    private HealthProbe(Question question, HealthCheck check, Duration limit, Consumer<String> unhealthy) {
        this.question = question;
        this.check = check;
        this.limit = limit;
        this.unhealthy = unhealthy;
    }

    /** The check that a manifest asks for. */
    static Question of(GuestServer guest, HealthCheck check) {
        return switch (check) {
            case HealthCheck.Http http -> limit -> guest.init().checkHttp(http.port(), http.path(), limit);
            case HealthCheck.Exec exec ->
                limit -> guest.init().checkCommand(exec.command().words(), limit);
        };
    }

    /**
     * Begins; the first check comes after one interval.
     *
     * @param limit timeout of one check; see {@link #limit}
     * @param unhealthy takes the reason, in one line
     */
    static HealthProbe start(
            String agent, Question question, HealthCheck check, Duration limit, Consumer<String> unhealthy) {
        HealthProbe probe = new HealthProbe(question, check, limit, unhealthy);
        Thread.ofPlatform().daemon().name("cage-health-" + agent).start(probe::run);
        return probe;
    }

    /** Time limit of one check: five seconds, and never longer than the interval. */
    static Duration limit(HealthCheck check) {
        return check.interval().compareTo(LONGEST_ANSWER) < 0 ? check.interval() : LONGEST_ANSWER;
    }

    private void run() {
        int failures = 0;
        try {
            while (awaitInterval()) {
                String problem = probe();
                failures = problem.isEmpty() ? 0 : failures + 1;
                if (failures == check.maxFailures()) {
                    unhealthy.accept("health check failed " + failures + " times in a row, at last: " + problem);
                    return;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits for an interval; false when it was closed. */
    private synchronized boolean awaitInterval() throws InterruptedException {
        long deadline = System.nanoTime() + check.interval().toNanos();
        long left = check.interval().toMillis();
        while (!isClosed && left > 0) {
            wait(left);
            left = TimeUnit.NANOSECONDS.toMillis(deadline - System.nanoTime());
        }
        return !isClosed;
    }

    /** The failure in one line; empty when the agent is healthy. */
    private String probe() {
        try {
            return question.ask(limit).map(TerminalText::escaped).orElse("");
        } catch (IOException e) {
            return "no answer: " + e.getMessage();
        }
    }

    /** Checks no more. */
    @Override
    public synchronized void close() {
        isClosed = true;
        notifyAll();
    }
}
