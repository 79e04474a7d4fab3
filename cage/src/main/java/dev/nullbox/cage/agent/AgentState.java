package dev.nullbox.cage.agent;

/** State of an agent. Times are milliseconds of one monotonic clock; failures are short runs in a row. */
public sealed interface AgentState {
    /** A deadline that never comes. */
    long NEVER = Long.MAX_VALUE;

    /** State without any process of the agent. */
    sealed interface Idle extends AgentState {}

    /** State with a process, or with one being launched. */
    sealed interface Live extends AgentState {}

    /** Not started yet, ended without failure, or stopped on request: then with the failure before. */
    record Stopped(String why) implements Idle {}

    /** Ended, and started again at the deadline. */
    record Backoff(int failures, long deadline, String why) implements Idle {}

    /** Ended, and started again only by the operator. */
    record Failed(String why) implements Idle {}

    /** Being launched; killed at the deadline. */
    record Starting(int failures, long deadline) implements Live {}

    /** Runs; killed for the cause, unless that is empty. */
    record Running(int failures, long since, String cause) implements Live {}

    /** Is to end; killed at the deadline. */
    record Stopping(long deadline) implements Live {}

    /** Killed for good: it ends as {@link Failed}. */
    record Banned(String cause) implements Live {}

    /** Time of {@link AgentEvent.TimerFired}, or {@link #NEVER}. */
    default long deadline() {
        return NEVER;
    }

    /** Cause of the last failure, or empty. */
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
