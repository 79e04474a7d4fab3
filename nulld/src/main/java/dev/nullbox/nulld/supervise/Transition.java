package dev.nullbox.nulld.supervise;

import dev.nullbox.service.process.ExitStatus;
import java.util.List;

/**
 * Result of an event in the supervision of a service.
 *
 * @param state state after the event
 * @param actions actions to perform, in order
 */
record Transition(ServiceState state, List<Action> actions) {
    Transition {
        actions = List.copyOf(actions);
    }

    static Transition to(ServiceState state, Action... actions) {
        return new Transition(state, List.of(actions));
    }

    /** Action of the supervisor. The events go to nulld's journal. */
    sealed interface Action {
        /** Start the service's process. */
        record Spawn() implements Action {}

        /** Send the service's process a signal. */
        record Signal(int pid, int signal) implements Action {}

        /** Kill the remaining descendant processes: all in the service's cgroup, and with cage its agents. */
        record KillRemaining() implements Action {}

        /** Emit {@code service.starting}: the process was started, for the attempt counted from 1. */
        record EmitStarting(int pid, int attempt) implements Action {}

        /** Emit {@code service.ready}: the service serves. */
        record EmitReady(int pid) implements Action {}

        /** Emit {@code service.exited}: the process ended, asked to or not. */
        record EmitExited(int pid, ExitStatus status) implements Action {}

        /** Emit {@code service.failed}: not started, not ready in time, or ended unasked; a retry follows. */
        record EmitFailed(String reason, int attempt, long retryDelayMillis) implements Action {}

        /** Emit {@code service.stopped}: it is down on request, also before a restart; pid 0 when no process ran. */
        record EmitStopped(int pid) implements Action {}
    }
}
