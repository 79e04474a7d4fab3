package dev.nullbox.nulld.supervise;

import dev.nullbox.service.process.ExitStatus;

/** Input of a service's state machine. */
public sealed interface ServiceEvent {
    /** Its dependencies are ready. */
    record DependenciesReady() implements ServiceEvent {}

    /** Its process runs. */
    record Spawned(int pid) implements ServiceEvent {}

    /** No process could be made. */
    record SpawnFailed(String why) implements ServiceEvent {}

    /** Its process reported that it is ready. */
    record ReadyNotified(int pid) implements ServiceEvent {}

    /** Its process gave a sign of life. */
    record Heartbeat(int pid) implements ServiceEvent {}

    /** Its process ended. */
    record Exited(int pid, ExitStatus status) implements ServiceEvent {}

    /** Time has passed. */
    record Tick() implements ServiceEvent {}

    /** A start is requested. */
    record StartRequested() implements ServiceEvent {}

    /** A stop is requested. */
    record StopRequested() implements ServiceEvent {}

    /** A restart is requested. */
    record RestartRequested() implements ServiceEvent {}
}
