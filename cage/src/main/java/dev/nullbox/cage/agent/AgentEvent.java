package dev.nullbox.cage.agent;

/** Event in an agent's life. */
sealed interface AgentEvent {
    /** A start is requested. */
    record StartRequested(String reason) implements AgentEvent {}

    /** A stop is requested. */
    record StopRequested() implements AgentEvent {}

    /** The time that its run was given is over. */
    record Expired() implements AgentEvent {}

    /** Its guest repairs a disk before its program can run. */
    record Repairing() implements AgentEvent {}

    /** Its program runs in its guest. */
    record Entered() implements AgentEvent {}

    /** It could not be launched, and everything is cleaned up; final when another try cannot help. */
    record LaunchFailed(String why, boolean isFinal) implements AgentEvent {}

    /** It runs and fails its health check: its run ends as a failed one. */
    record Unhealthy(String why) implements AgentEvent {}

    /** It did what is forbidden: its run ends, and only the operator starts it again. */
    record Ban(String why) implements AgentEvent {}

    /** Its process has ended. */
    record Exited(RunEnd end) implements AgentEvent {}

    /** The deadline of its state has passed. */
    record TimerFired() implements AgentEvent {}
}
