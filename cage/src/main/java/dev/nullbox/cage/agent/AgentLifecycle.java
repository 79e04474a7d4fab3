package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.Ending;
import dev.nullbox.manifest.RestartPolicy;
import java.time.Duration;

/**
 * An agent's life as a table of (state, event) to (state, action). Pure: it knows neither processes nor clocks; times are
 * milliseconds of one monotonic clock.
 *
 * @param policy whether it is started again after it ended
 * @param startDeadline from the launch until its walls are read back
 * @param stopDeadline from TERM to KILL
 */
public record AgentLifecycle(RestartPolicy policy, Duration startDeadline, Duration stopDeadline) {
    /** Nothing is due. */
    static final long NEVER = Long.MAX_VALUE;

    private static final long MILLIS = 1_000;
    private static final long LONGEST_BACKOFF_SECONDS = 30;
    private static final int LAST_DOUBLING = 5;
    private static final long GOOD_RUN_MILLIS = Duration.ofMinutes(5).toMillis();

    /** Where an agent stands. */
    public enum Phase {
        STOPPED("stopped"),
        STARTING("starting"),
        RUNNING("running"),
        STOPPING("stopping"),
        /** Killed for good: it ends as {@link #FAILED}. */
        CONDEMNED("stopping"),
        WAITING("waiting"),
        FAILED("failed");

        private final String key;

        Phase(String key) {
            this.key = key;
        }

        /** As answers name it. */
        public String key() {
            return key;
        }
    }

    /**
     * A phase and what is remembered with it.
     *
     * @param attempts failed or ended runs in a row that were short
     * @param since when the phase began
     * @param wakeAt when {@link Event.Wake} is due, or {@link #NEVER}
     */
    record State(Phase phase, int attempts, long since, long wakeAt) {
        static State initial() {
            return new State(Phase.STOPPED, 0, 0, NEVER);
        }

        private State to(Phase next, long now, long wake) {
            return new State(next, attempts, now, wake);
        }
    }

    /** What happens to an agent. */
    sealed interface Event {
        /** Somebody wants it to run. */
        record Start() implements Event {}

        /** Somebody wants it to stop. */
        record Stop() implements Event {}

        /** Its walls are read back and its microVM begins. */
        record Entered() implements Event {}

        /** It could not be launched, and nothing of it is left; whether trying again is forbidden. */
        record LaunchFailed(boolean isFinal) implements Event {}

        /** It runs and is not well: its run ends as one that failed. */
        record Unhealthy() implements Event {}

        /** It did what none may do: its run ends, and nobody but the operator starts it again. */
        record Condemned() implements Event {}

        /** Its process has ended and nothing of it is left. */
        record Exited(Ending ending) implements Event {}

        /** The time of {@link State#wakeAt} has come. */
        record Wake() implements Event {}
    }

    /** What is to be done about it. */
    enum Action {
        NONE,
        LAUNCH,
        TERMINATE,
        KILL,
        /** The asker is told that this cannot be done now. */
        REFUSE
    }

    /** The next state, and what to do. */
    record Transition(State state, Action action) {}

    Transition next(State state, Event event, long now) {
        return switch (event) {
            case Event.Start() -> start(state, now);
            case Event.Stop() -> stop(state, now);
            case Event.Entered() ->
                state.phase() == Phase.STARTING ? quiet(state.to(Phase.RUNNING, now, NEVER)) : quiet(state);
            case Event.LaunchFailed(boolean isFinal) ->
                ended(
                        state,
                        !isFinal && state.phase() != Phase.CONDEMNED && policy != RestartPolicy.NEVER,
                        Phase.FAILED,
                        now);
            case Event.Unhealthy() ->
                state.phase() == Phase.RUNNING ? new Transition(state, Action.KILL) : quiet(state);
            case Event.Condemned() -> condemned(state, now);
            case Event.Exited(Ending ending) -> exited(state, ending, now);
            case Event.Wake() -> wake(state, now);
        };
    }

    private Transition start(State state, long now) {
        return switch (state.phase()) {
            case STOPPED, FAILED, WAITING ->
                new Transition(new State(Phase.STARTING, 0, now, now + startDeadline.toMillis()), Action.LAUNCH);
            case STARTING, RUNNING, STOPPING, CONDEMNED -> new Transition(state, Action.REFUSE);
        };
    }

    private Transition stop(State state, long now) {
        return switch (state.phase()) {
            case STOPPED -> new Transition(state, Action.REFUSE);
            case FAILED, WAITING -> quiet(state.to(Phase.STOPPED, now, NEVER));
            case STARTING, RUNNING ->
                new Transition(state.to(Phase.STOPPING, now, now + stopDeadline.toMillis()), Action.TERMINATE);
            case STOPPING, CONDEMNED -> quiet(state);
        };
    }

    private static Transition condemned(State state, long now) {
        return switch (state.phase()) {
            case STARTING, RUNNING, STOPPING -> new Transition(state.to(Phase.CONDEMNED, now, NEVER), Action.KILL);
            // The run that did it has ended meanwhile.
            case STOPPED, WAITING -> quiet(state.to(Phase.FAILED, now, NEVER));
            case FAILED, CONDEMNED -> quiet(state);
        };
    }

    private Transition exited(State state, Ending ending, long now) {
        if (ending.isPermanent() || state.phase() == Phase.CONDEMNED) {
            return ended(state, false, Phase.FAILED, now);
        }
        boolean again = switch (policy) {
            case NEVER -> false;
            case ON_FAILURE -> !ending.isSuccess();
            case ALWAYS -> true;
        };
        return ended(state, again, ending.isSuccess() ? Phase.STOPPED : Phase.FAILED, now);
    }

    private static Transition ended(State state, boolean again, Phase otherwise, long now) {
        if (state.phase() == Phase.STOPPING) {
            return quiet(new State(Phase.STOPPED, 0, now, NEVER));
        }
        if (!again) {
            return quiet(new State(otherwise, 0, now, NEVER));
        }
        boolean goodRun = state.phase() == Phase.RUNNING && now - state.since() >= GOOD_RUN_MILLIS;
        int attempts = goodRun ? 0 : state.attempts();
        return quiet(new State(Phase.WAITING, attempts + 1, now, now + backoffMillis(attempts)));
    }

    private Transition wake(State state, long now) {
        return switch (state.phase()) {
            case WAITING ->
                new Transition(state.to(Phase.STARTING, now, now + startDeadline.toMillis()), Action.LAUNCH);
            // A start that never comes to its walls ends as a run that failed.
            case STARTING, STOPPING ->
                new Transition(new State(state.phase(), state.attempts(), state.since(), NEVER), Action.KILL);
            case STOPPED, RUNNING, FAILED, CONDEMNED -> quiet(state);
        };
    }

    /** 1, 2, 4, 8, 16, then 30 seconds. */
    private static long backoffMillis(int attempts) {
        long seconds = attempts >= LAST_DOUBLING ? LONGEST_BACKOFF_SECONDS : 1L << attempts;
        return seconds * MILLIS;
    }

    private static Transition quiet(State state) {
        return new Transition(state, Action.NONE);
    }
}
