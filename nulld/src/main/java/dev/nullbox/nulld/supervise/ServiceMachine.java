package dev.nullbox.nulld.supervise;

import dev.nullbox.natives.linux.Signals;
import dev.nullbox.nulld.linux.ServiceSpec;
import dev.nullbox.nulld.supervise.ServiceState.Next;
import dev.nullbox.nulld.supervise.Transition.Action;
import dev.nullbox.protocol.LifeSign;
import dev.nullbox.service.process.Backoff;
import dev.nullbox.service.process.ExitStatus;

/** Supervision of one service as a pure function of state and event; {@link Supervisor} performs the actions. */
final class ServiceMachine {
    /**
     * Lateness of a tick by which the whole machine has stood still, as a virtual machine that was paused: its services
     * could give no sign of life.
     */
    static final long PAUSE_MILLIS = 10_000;

    /** Time for the kernel to end a killed process, after which it is killed again. */
    static final long KILL_AGAIN_MILLIS = 5_000;

    private ServiceMachine() {}

    /** The transition; an event without meaning in a state leaves it as it is. */
    static Transition next(ServiceSpec spec, ServiceState state, ServiceEvent event, long now) {
        return switch (state) {
            case ServiceState.Waiting s -> waiting(s, event);
            case ServiceState.Spawning s -> spawning(spec, s, event, now);
            case ServiceState.Starting s -> starting(spec, s, event, now);
            case ServiceState.Ready s -> ready(spec, s, event, now);
            case ServiceState.Stopping s -> stopping(s, event, now);
            case ServiceState.Backoff s -> backoff(s, event, now);
            case ServiceState.Stopped s -> stopped(s, event);
            case ServiceState.Disabled s -> Transition.to(s);
        };
    }

    private static Transition waiting(ServiceState.Waiting s, ServiceEvent event) {
        return switch (event) {
            case ServiceEvent.DependenciesReady _ ->
                Transition.to(new ServiceState.Spawning(s.failures()), new Action.Spawn());
            case ServiceEvent.StopRequested _ -> Transition.to(new ServiceState.Stopped(), new Action.EmitStopped(0));
            case ServiceEvent.Spawned _,
                    ServiceEvent.SpawnFailed _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _,
                    ServiceEvent.StartRequested _,
                    ServiceEvent.RestartRequested _ -> Transition.to(s);
        };
    }

    private static Transition spawning(ServiceSpec spec, ServiceState.Spawning s, ServiceEvent event, long now) {
        return switch (event) {
            case ServiceEvent.Spawned(var pid) -> {
                Action starting = new Action.EmitStarting(pid, s.failures() + 1);
                yield switch (spec.readiness()) {
                    case NOTIFY, HEARTBEAT ->
                        Transition.to(
                                new ServiceState.Starting(pid, now + spec.startLimitMillis(), s.failures()), starting);
                    case EXEC ->
                        Transition.to(
                                new ServiceState.Ready(pid, now, s.failures()), starting, new Action.EmitReady(pid));
                };
            }
            case ServiceEvent.SpawnFailed(var why) -> retry(s.failures(), why, now);
            case ServiceEvent.DependenciesReady _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _,
                    ServiceEvent.StartRequested _,
                    ServiceEvent.StopRequested _,
                    ServiceEvent.RestartRequested _ -> Transition.to(s);
        };
    }

    private static Transition starting(ServiceSpec spec, ServiceState.Starting s, ServiceEvent event, long now) {
        return switch (event) {
            case ServiceEvent.ReadyNotified(var pid)
            when pid == s.pid() ->
                Transition.to(
                        new ServiceState.Ready(pid, now, s.failures(), silentAt(spec, now)), new Action.EmitReady(pid));
            case ServiceEvent.Exited(var pid, var status)
            when pid == s.pid() -> exited(pid, status, s.failures(), status.describe() + " before it was ready", now);
            case ServiceEvent.Tick _
            when now >= s.deadline() -> {
                String why = "not ready within " + spec.startLimitMillis() / 1000 + " s";
                yield stop(spec, s.pid(), Next.RETRY, why, s.failures(), now);
            }
            case ServiceEvent.StopRequested _ -> stop(spec, s.pid(), Next.STAY, "", 0, now);
            case ServiceEvent.RestartRequested _ -> stop(spec, s.pid(), Next.START, "", 0, now);
            case ServiceEvent.DependenciesReady _,
                    ServiceEvent.Spawned _,
                    ServiceEvent.SpawnFailed _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _,
                    ServiceEvent.StartRequested _ -> Transition.to(s);
        };
    }

    private static Transition ready(ServiceSpec spec, ServiceState.Ready s, ServiceEvent event, long now) {
        return switch (event) {
            case ServiceEvent.Exited(var pid, var status)
            when pid == s.pid() -> {
                int before = now - s.since() >= Backoff.RESET_MILLIS ? 0 : s.failures();
                yield exited(pid, status, before, status.describe(), now);
            }
            case ServiceEvent.Heartbeat(var pid)
            when pid == s.pid() ->
                Transition.to(new ServiceState.Ready(pid, s.since(), s.failures(), silentAt(spec, now)));
            case ServiceEvent.Tick _
            when now >= s.silentAt() && now - s.silentAt() >= PAUSE_MILLIS ->
                Transition.to(new ServiceState.Ready(s.pid(), s.since(), s.failures(), silentAt(spec, now)));
            case ServiceEvent.Tick _
            when now >= s.silentAt() -> {
                String why = "no heartbeat for " + LifeSign.SILENCE_MILLIS / 1000 + " s";
                yield stop(spec, s.pid(), Next.RETRY, why, s.failures(), now);
            }
            case ServiceEvent.StopRequested _ -> stop(spec, s.pid(), Next.STAY, "", 0, now);
            case ServiceEvent.RestartRequested _ -> stop(spec, s.pid(), Next.START, "", 0, now);
            case ServiceEvent.DependenciesReady _,
                    ServiceEvent.Spawned _,
                    ServiceEvent.SpawnFailed _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _,
                    ServiceEvent.StartRequested _ -> Transition.to(s);
        };
    }

    private static long silentAt(ServiceSpec spec, long now) {
        return spec.readiness() == ServiceSpec.Readiness.HEARTBEAT ? now + LifeSign.SILENCE_MILLIS : Long.MAX_VALUE;
    }

    private static Transition stopping(ServiceState.Stopping s, ServiceEvent event, long now) {
        return switch (event) {
            case ServiceEvent.Exited(var pid, var status)
            when pid == s.pid() ->
                switch (s.next()) {
                    case STAY -> ended(new ServiceState.Stopped(), pid, status);
                    case START -> ended(new ServiceState.Waiting(0), pid, status);
                    case RETRY -> exited(pid, status, s.failures(), s.why(), now);
                };
            case ServiceEvent.Tick _
            when now >= s.deadline() ->
                Transition.to(
                        new ServiceState.Stopping(s.pid(), now + KILL_AGAIN_MILLIS, s.next(), s.why(), s.failures()),
                        new Action.Signal(s.pid(), Signals.SIGKILL),
                        new Action.KillRemaining());
            case ServiceEvent.StopRequested _ -> Transition.to(then(s, Next.STAY));
            case ServiceEvent.StartRequested _, ServiceEvent.RestartRequested _ -> Transition.to(then(s, Next.START));
            case ServiceEvent.DependenciesReady _,
                    ServiceEvent.Spawned _,
                    ServiceEvent.SpawnFailed _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _ -> Transition.to(s);
        };
    }

    private static Transition backoff(ServiceState.Backoff s, ServiceEvent event, long now) {
        return switch (event) {
            case ServiceEvent.Tick _ when now >= s.until() -> Transition.to(new ServiceState.Waiting(s.failures()));
            case ServiceEvent.StartRequested _, ServiceEvent.RestartRequested _ ->
                Transition.to(new ServiceState.Waiting(0));
            case ServiceEvent.StopRequested _ -> Transition.to(new ServiceState.Stopped(), new Action.EmitStopped(0));
            case ServiceEvent.DependenciesReady _,
                    ServiceEvent.Spawned _,
                    ServiceEvent.SpawnFailed _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _ -> Transition.to(s);
        };
    }

    private static Transition stopped(ServiceState.Stopped s, ServiceEvent event) {
        return switch (event) {
            case ServiceEvent.StartRequested _, ServiceEvent.RestartRequested _ ->
                Transition.to(new ServiceState.Waiting(0));
            case ServiceEvent.DependenciesReady _,
                    ServiceEvent.Spawned _,
                    ServiceEvent.SpawnFailed _,
                    ServiceEvent.ReadyNotified _,
                    ServiceEvent.Heartbeat _,
                    ServiceEvent.Exited _,
                    ServiceEvent.Tick _,
                    ServiceEvent.StopRequested _ -> Transition.to(s);
        };
    }

    private static Transition stop(ServiceSpec spec, int pid, Next next, String why, int failures, long now) {
        return Transition.to(
                new ServiceState.Stopping(pid, now + spec.stopLimitMillis(), next, why, failures),
                new Action.Signal(pid, Signals.SIGTERM));
    }

    private static ServiceState then(ServiceState.Stopping s, Next next) {
        return new ServiceState.Stopping(s.pid(), s.deadline(), next, s.why(), s.failures());
    }

    private static Transition ended(ServiceState state, int pid, ExitStatus status) {
        return Transition.to(
                state, new Action.EmitExited(pid, status), new Action.KillRemaining(), new Action.EmitStopped(pid));
    }

    private static Transition exited(int pid, ExitStatus status, int failuresBefore, String why, long now) {
        Transition retry = retry(failuresBefore, why, now);
        return Transition.to(
                retry.state(),
                new Action.EmitExited(pid, status),
                new Action.KillRemaining(),
                retry.actions().getFirst());
    }

    private static Transition retry(int failuresBefore, String why, long now) {
        int failures = failuresBefore + 1;
        long delay = Backoff.millis(failures);
        return Transition.to(
                new ServiceState.Backoff(now + delay, failures, why), new Action.EmitFailed(why, failures, delay));
    }
}
