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

    /** It said that it is ready. */
    record ReadyNotified(int pid) implements ServiceEvent {}

    /** Its process ended. */
    record Exited(int pid, ExitStatus status) implements ServiceEvent {}

    /** The time has moved on. */
    record Tick() implements ServiceEvent {}

    /** Somebody wants it to run. */
    record StartRequested() implements ServiceEvent {}

    /** Somebody wants it to end. */
    record StopRequested() implements ServiceEvent {}

    /** Somebody wants it to end and to run again. */
    record RestartRequested() implements ServiceEvent {}
}
