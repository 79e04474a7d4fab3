package dev.nullbox.nulld.supervise;

import dev.nullbox.service.process.ExitStatus;
import java.util.List;

/**
 * What follows from an event: the new state, and what is to be done, in order.
 *
 * @param state the new state
 * @param actions what is to be done
 */
record Transition(ServiceState state, List<Action> actions) {
    Transition {
        actions = List.copyOf(actions);
    }

    static Transition to(ServiceState state, Action... actions) {
        return new Transition(state, List.of(actions));
    }

    /** What is to be done. */
    sealed interface Action {
        /** Make the process. */
        record Spawn() implements Action {}

        /** Send its process a signal. */
        record Send(int pid, int signal) implements Action {}

        /** Kill what is left of its children. */
        record Clean() implements Action {}

        /** Say {@code service.starting}. */
        record SayStarting(int pid, int attempt) implements Action {}

        /** Say {@code service.ready}. */
        record SayReady(int pid) implements Action {}

        /** Say {@code service.exited}. */
        record SayExited(int pid, ExitStatus status) implements Action {}

        /** Say {@code service.failed}. */
        record SayFailed(String why, int attempt, long retryMillis) implements Action {}

        /** Say {@code service.stopped}. */
        record SayStopped(int pid) implements Action {}
    }
}
