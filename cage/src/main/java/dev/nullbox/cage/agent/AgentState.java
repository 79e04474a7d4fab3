package dev.nullbox.cage.agent;

/** State of an agent. Times are milliseconds of one monotonic clock; failures are short runs in a row. */
public sealed interface AgentState {
    /** A deadline that does not come. */
    long NEVER = Long.MAX_VALUE;

    /** State in which nothing of the agent runs. */
    sealed interface Idle extends AgentState {}

    /** State in which it has a process, or is given one. */
    sealed interface Live extends AgentState {}

    /** Not started yet, ended well, or stopped on request: then with the failure before. */
    record Stopped(String why) implements Idle {}

    /** Ended, and started again at the deadline. */
    record Backoff(int failures, long deadline, String why) implements Idle {}

    /** Ended, and not started again but by the operator. */
    record Failed(String why) implements Idle {}

    /** Being launched; killed at the deadline. */
    record Starting(int failures, long deadline) implements Live {}

    /** Runs; killed for the cause, unless that is empty. */
    record Running(int failures, long since, String cause) implements Live {}

    /** Asked to end; killed at the deadline. */
    record Stopping(long deadline) implements Live {}

    /** Killed for good: it ends as {@link Failed}. */
    record Banned(String cause) implements Live {}

    /** When {@link AgentEvent.TimerFired} is due, or {@link #NEVER}. */
    default long deadline() {
        return NEVER;
    }

    /** Why it failed last, or empty. */
    default String why() {
        return "";
    }

    /** The name in answers. */
    default String label() {
        return switch (this) {
            case Stopped _ -> "stopped";
            case Backoff _ -> "waiting";
            case Failed _ -> "failed";
            case Starting _ -> "starting";
            case Running _ -> "running";
            case Stopping _, Banned _ -> "stopping";
        };
    }
}
