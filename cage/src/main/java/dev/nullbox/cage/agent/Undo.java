package dev.nullbox.cage.agent;

import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.RateLimitedLog;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;

/** What was done for a run and must be undone after it, the last first. One that fails does not keep the others. */
final class Undo {
    /** One step back. */
    @FunctionalInterface
    interface Step {
        void run() throws IOException, RpcException;
    }

    private record Named(String name, Step step) {}

    private final Deque<Named> steps = new ArrayDeque<>();
    private final Consumer<String> complaints;

    /** @param complaints is told of each step that failed, in one line */
    Undo(Consumer<String> complaints) {
        this.complaints = complaints;
    }

    /** Notes how to undo what is about to be done; undoing what was not done must be harmless. */
    void push(String name, Step step) {
        steps.push(new Named(name, step));
    }

    /** Undoes all; a second call does nothing. */
    void all() {
        while (!steps.isEmpty()) {
            Named named = steps.pop();
            try {
                named.step().run();
            } catch (IOException | RpcException e) {
                complaints.accept(named.name() + ": " + e.getMessage());
            } catch (RuntimeException e) {
                complaints.accept(named.name() + ": " + RateLimitedLog.bug(e));
            }
        }
    }
}
