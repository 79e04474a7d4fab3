package dev.nullbox.nulld.supervise;

import dev.nullbox.service.process.ExitStatus;

/** What can happen to a service. */
public sealed interface ServiceEvent {
    /** All that it depends on is ready. */
    record DependenciesReady() implements ServiceEvent {}

    /** Its process runs. */
    record Spawned(int pid) implements ServiceEvent {}

    /** No process could be made. */
    record SpawnFailed(String why) implements ServiceEvent {}

    /** It said that it is ready. */
    record SaidReady(int pid) implements ServiceEvent {}

    /** Its process ended. */
    record Exited(int pid, ExitStatus status) implements ServiceEvent {}

    /** The time has moved on. */
    record Tick() implements ServiceEvent {}

    /** Somebody wants it to run. */
    record StartAsked() implements ServiceEvent {}

    /** Somebody wants it to end. */
    record StopAsked() implements ServiceEvent {}

    /** Somebody wants it to end and to run again. */
    record RestartAsked() implements ServiceEvent {}
}
