package dev.nullbox.cage.agent;

/** Event in an agent's life. */
sealed interface AgentEvent {
    /** Somebody wants it to run. */
    record StartRequested(String reason) implements AgentEvent {}

    /** Somebody wants it to stop. */
    record StopRequested() implements AgentEvent {}

    /** Its guest repairs a disk before its program can run. */
    record Repairing() implements AgentEvent {}

    /** Its program runs in its guest. */
    record Entered() implements AgentEvent {}

    /** It could not be launched, and nothing of it is left; final when it may not be tried again. */
    record LaunchFailed(String why, boolean isFinal) implements AgentEvent {}

    /** It runs and is not well: its run ends as one that failed. */
    record Unhealthy(String why) implements AgentEvent {}

    /** It did what none may do: its run ends, and nobody but the operator starts it again. */
    record Ban(String why) implements AgentEvent {}

    /** Its process has ended. */
    record Exited(RunEnd end) implements AgentEvent {}

    /** The deadline of its state has come. */
    record TimerFired() implements AgentEvent {}
}
