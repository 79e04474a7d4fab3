package dev.nullbox.nulld;

import dev.nullbox.nulld.shutdown.Power;
import dev.nullbox.service.process.ExitStatus;

/** Event in PID 1's queue. */
sealed interface NulldEvent {
    /** A process ended. */
    record ChildEnded(int pid, ExitStatus status) implements NulldEvent {}

    /** A service said that it is ready. */
    record ServiceReady(String service, int pid) implements NulldEvent {}

    /** The machine is to end. */
    record PowerRequested(Power power, String by) implements NulldEvent {}

    /** Something of the control server's that must happen on PID 1's own thread. */
    record Work(Runnable work) implements NulldEvent {}
}
