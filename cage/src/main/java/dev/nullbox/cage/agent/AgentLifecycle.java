package dev.nullbox.cage.agent;

import dev.nullbox.cage.agent.AgentEvent.*;
import dev.nullbox.cage.agent.AgentState.*;
import dev.nullbox.cage.agent.Transition.Action;
import dev.nullbox.manifest.RestartPolicy;
import dev.nullbox.service.process.Backoff;
import java.time.Duration;

/**
 * Life of an agent as a pure table of state and event; {@link AgentRunner} performs the actions.
 *
 * @param policy when it is started again after its end
 * @param isOnce whether it is never started again, not even when it restarts its machine
 * @param startDeadline from the launch until its program runs
 * @param repairDeadline additional time from each repair of a disk by its guest
 * @param stopDeadline from the stop signal until all its processes are killed
 */
record AgentLifecycle(
        RestartPolicy policy, boolean isOnce, Duration startDeadline, Duration repairDeadline, Duration stopDeadline) {
    /** Reason of an automatic launch. */
    static final String RESTART = "restart";

    private record Row(AgentState state, AgentEvent event) {}

    /** The transition; the last row of each event has the states in which it has no effect. */
    Transition next(AgentState state, AgentEvent event, long now) {
        return switch (new Row(state, event)) {
            case Row(Idle _, StartRequested(var reason)) -> launch(0, reason, now);
            case Row(Live s, StartRequested _) -> Transition.to(s, new Action.Refuse());

            case Row(Stopped s, StopRequested _) -> Transition.to(s, new Action.Refuse());
            case Row(Idle s, StopRequested _) -> Transition.to(new Stopped(s.why()));
            case Row(Starting _, StopRequested _), Row(Running _, StopRequested _) ->
                Transition.to(new Stopping(now + stopDeadline.toMillis()), new Action.Terminate());
            case Row(var s, StopRequested _) -> Transition.to(s);

            case Row(Running _, Expired _) ->
                Transition.to(new Stopping(now + stopDeadline.toMillis()), new Action.Terminate());
            case Row(var s, Expired _) -> Transition.to(s);

            case Row(Starting(var failures, var deadline), Repairing _)
            when deadline != AgentState.NEVER ->
                Transition.to(new Starting(
                        failures, now + startDeadline.plus(repairDeadline).toMillis()));
            case Row(var s, Repairing _) -> Transition.to(s);

            case Row(Starting(var failures, var _), Entered _) ->
                Transition.to(new Running(failures, now, ""), new Action.EmitStarted());
            case Row(var s, Entered _) -> Transition.to(s);

            case Row(Starting(var failures, var _), LaunchFailed(var why, var isFinal)) ->
                Transition.to(
                        isFinal || isOnce || policy == RestartPolicy.NEVER
                                ? new Failed(why)
                                : backoff(failures, why, now),
                        new Action.EmitFailed(why));
            case Row(var s, LaunchFailed _) -> Transition.to(s);

            case Row(Running(var failures, var since, var _), Unhealthy(var why)) ->
                Transition.to(new Running(failures, since, why), new Action.Kill());
            case Row(var s, Unhealthy _) -> Transition.to(s);

            case Row(Banned s, Ban _) -> Transition.to(s);
            case Row(Live _, Ban(var why)) -> Transition.to(new Banned(why), new Action.Kill());
            // The run that did it has ended meanwhile.
            case Row(Idle _, Ban(var why)) -> Transition.to(new Failed(why), new Action.EmitFailed(why));

            case Row(Live s, Exited(var end)) -> exited(s, end, now);
            case Row(Idle s, Exited _) -> Transition.to(s);

            case Row(AgentState.Backoff(var failures, var _, var _), TimerFired _) -> launch(failures, RESTART, now);
            // A start that does not reach its program ends as a failed run.
            case Row(Starting(var failures, var _), TimerFired _) ->
                Transition.to(new Starting(failures, AgentState.NEVER), new Action.Kill());
            case Row(Stopping _, TimerFired _) -> Transition.to(new Stopping(AgentState.NEVER), new Action.Kill());
            case Row(var s, TimerFired _) -> Transition.to(s);
        };
    }

    private Transition launch(int failures, String reason, long now) {
        return Transition.to(new Starting(failures, now + startDeadline.toMillis()), new Action.Launch(reason));
    }

    private Transition exited(Live state, RunEnd end, long now) {
        String how = end.explain();
        AgentState next = switch (state) {
            case Stopping _ -> new Stopped("");
            case Banned(var cause) -> new Failed(cause);
            case Starting(var failures, var deadline) ->
                ended(end, deadline == AgentState.NEVER ? late() : how, failures, now);
            case Running(var failures, var since, var cause) ->
                ended(end, cause.isEmpty() ? how : cause, now - since >= Backoff.RESET_MILLIS ? 0 : failures, now);
        };
        return Transition.to(
                next,
                new Action.EmitExited(end),
                new Action.CleanUp(),
                next instanceof Failed(var why) ? new Action.EmitFailed(why) : new Action.EmitStopped());
    }

    /** The failure of a start that was killed at its deadline. */
    private String late() {
        return "its program did not run within " + startDeadline.toSeconds()
                + " s of its start (" + repairDeadline.toMinutes()
                + " min more where its guest repairs a disk), so it was killed";
    }

    private AgentState ended(RunEnd end, String why, int failures, long now) {
        boolean again = end.way() == RunEnd.Way.REBOOT
                || switch (policy) {
                    case NEVER -> false;
                    case ON_FAILURE -> !end.isSuccess();
                    case ALWAYS -> true;
                };
        if (again && !isOnce && !end.isPermanent()) {
            return backoff(failures, "", now);
        }
        return end.isSuccess() ? new Stopped("") : new Failed(why);
    }

    private static AgentState backoff(int failures, String why, long now) {
        return new AgentState.Backoff(failures + 1, now + Backoff.millis(failures + 1), why);
    }
}
