package dev.nullbox.nulld.supervise;

import dev.nullbox.service.process.ExitStatus;
import java.util.List;

/**
 * Result of an event: the new state, and the actions in order.
 *
 * @param state the new state
 * @param actions in order
 */
record Transition(ServiceState state, List<Action> actions) {
    Transition {
        actions = List.copyOf(actions);
    }

    static Transition to(ServiceState state, Action... actions) {
        return new Transition(state, List.of(actions));
    }

    /** Action of the supervisor. */
    sealed interface Action {
        /** Start the process. */
        record Spawn() implements Action {}

        /** Send its process a signal. */
        record Send(int pid, int signal) implements Action {}

        /** Kill what its children have left. */
        record Clean() implements Action {}

        /** Emit {@code service.starting}. */
        record EmitStarting(int pid, int attempt) implements Action {}

        /** Emit {@code service.ready}. */
        record EmitReady(int pid) implements Action {}

        /** Emit {@code service.exited}. */
        record EmitExited(int pid, ExitStatus status) implements Action {}

        /** Emit {@code service.failed}. */
        record EmitFailed(String why, int attempt, long retryMillis) implements Action {}

        /** Emit {@code service.stopped}. */
        record EmitStopped(int pid) implements Action {}
    }
}
