package dev.nullbox.cage.agent;

import java.util.List;

/**
 * Consequence of an event.
 *
 * @param state the new state
 * @param actions to be performed, in order
 */
record Transition(AgentState state, List<Action> actions) {
    static Transition to(AgentState state, Action... actions) {
        return new Transition(state, List.of(actions));
    }

    /** Action of the agent's thread. */
    sealed interface Action {
        /** Launch a run. */
        record Launch(String reason) implements Action {}

        /** Ask its process to end. */
        record Terminate() implements Action {}

        /** Kill its process. */
        record Kill() implements Action {}

        /** Run the cleanups of the run. */
        record CleanUp() implements Action {}

        /** Answer that this cannot be done now. */
        record Refuse() implements Action {}

        /** Emit {@code agent.started}. */
        record EmitStarted() implements Action {}

        /** Emit {@code agent.exited}. */
        record EmitExited(RunEnd end) implements Action {}

        /** Emit {@code agent.stopped}. */
        record EmitStopped() implements Action {}

        /** Emit {@code agent.failed}. */
        record EmitFailed(String why) implements Action {}
    }
}
