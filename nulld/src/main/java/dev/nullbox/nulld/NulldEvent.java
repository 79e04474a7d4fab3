package dev.nullbox.nulld;

import dev.nullbox.nulld.shutdown.Power;
import dev.nullbox.protocol.LifeSign;
import dev.nullbox.service.process.ExitStatus;

/** Event in PID 1's queue. */
sealed interface NulldEvent {
    /** A process ended. */
    record ChildEnded(int pid, ExitStatus status) implements NulldEvent {}

    /** A service gave a sign of life. */
    record ServiceSaid(String service, int pid, LifeSign sign) implements NulldEvent {}

    /** The machine is to end. */
    record PowerRequested(Power power, String by) implements NulldEvent {}

    /** Work of the control server that must run on PID 1's own thread. */
    record Work(Runnable work) implements NulldEvent {}
}
