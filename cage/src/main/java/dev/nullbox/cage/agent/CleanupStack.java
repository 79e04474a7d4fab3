package dev.nullbox.cage.agent;

import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** Stack of a run's cleanups, performed in reverse order. A failure of one does not prevent the others. */
final class CleanupStack {
    /** A cleanup. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException, RpcException;
    }

    private record Named(String name, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();
    private final Consumer<String> log;

    /** @param log takes each failure, in one line */
    CleanupStack(Consumer<String> log) {
        this.log = log;
    }

    /** Registers a cleanup before its step is done; it must be harmless if the step was not done. */
    void push(String name, Step step) {
        steps.push(new Named(name, step));
    }

    /** Performs all; a second call does nothing. */
    void all() {
        while (!steps.isEmpty()) {
            Named named = steps.pop();
            try {
                named.step().run();
            } catch (IOException | RpcException e) {
                log.accept(named.name() + ": " + e.getMessage());
            } catch (RuntimeException e) {
                log.accept(named.name() + ": " + RateLimitedLog.bug(e));
            }
        }
    }
}
