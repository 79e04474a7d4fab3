package dev.nullbox.nulld.supervise;

/** State of a service. Times are milliseconds of the clock; failures are those in a row. */
public sealed interface ServiceState {
    /** Waits for its dependencies to be ready. */
    record Waiting(int failures) implements ServiceState {}

    /** Is to be started; the process is being made. */
    record Spawning(int failures) implements ServiceState {}

    /** Runs and has not reported that it is ready. */
    record Starting(int pid, long deadline, int failures) implements ServiceState {}

    /** Runs and serves; hung when it has given no sign of life by silentAt. */
    record Ready(int pid, long since, int failures, long silentAt) implements ServiceState {
        /** A service of which no sign of life is expected. */
        Ready(int pid, long since, int failures) {
            this(pid, since, failures, Long.MAX_VALUE);
        }
    }

    /** Is to end; killed at the deadline. */
    record Stopping(int pid, long deadline, Next next, String why, int failures) implements ServiceState {}

    /** Failed, and is started again at a time. */
    record Backoff(long until, int failures, String why) implements ServiceState {}

    /** Stopped on request. */
    record Stopped() implements ServiceState {}

    /** Never started in this boot, for a reason. */
    record Disabled(String why) implements ServiceState {}

    /** Successor of a requested end: no process, a new one, or a new one after a pause. */
    enum Next {
        STAY,
        START,
        RETRY
    }

    /** The process, or 0 when there is none. */
    default int pid() {
        return switch (this) {
            case Starting s -> s.pid;
            case Ready s -> s.pid;
            case Stopping s -> s.pid;
            case Waiting _, Spawning _, Backoff _, Stopped _, Disabled _ -> 0;
        };
    }

    /** The time of the next transition without an event; Long.MAX_VALUE for never. */
    default long deadline() {
        return switch (this) {
            case Starting s -> s.deadline;
            case Stopping s -> s.deadline;
            case Backoff s -> s.until;
            case Ready s -> s.silentAt;
            case Waiting _, Spawning _, Stopped _, Disabled _ -> Long.MAX_VALUE;
        };
    }

    /** The name in {@code nulld.status}. */
    default String label() {
        return switch (this) {
            case Waiting _ -> "waiting";
            case Spawning _, Starting _ -> "starting";
            case Ready _ -> "ready";
            case Stopping _ -> "stopping";
            case Backoff _ -> "failed";
            case Stopped _ -> "stopped";
            case Disabled _ -> "disabled";
        };
    }

    /** The reason why it is not up; empty when there is none. */
    default String error() {
        return switch (this) {
            case Backoff s -> s.why;
            case Disabled s -> s.why;
            case Waiting _, Spawning _, Starting _, Ready _, Stopping _, Stopped _ -> "";
        };
    }
}
