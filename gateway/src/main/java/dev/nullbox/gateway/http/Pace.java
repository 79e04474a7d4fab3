package dev.nullbox.gateway.http;

import dev.nullbox.gateway.session.CallSlot;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Future;

/** The deadline of a connection's client: runs while the client is waited for, and not while a service is. */
final class Pace {
    private final CallSlot slot;
    private final Duration idle;
    private Optional<Future<?>> deadline = Optional.empty();

    Pace(CallSlot slot, Duration idle) {
        this.slot = slot;
        this.idle = idle;
    }

    /** Waits for the client from now on: at the deadline the connection is closed. */
    void start() {
        stop();
        deadline = Optional.of(slot.closeAfter(idle));
    }

    /** Waits for the client no more. */
    void stop() {
        deadline.ifPresent(running -> running.cancel(false));
    }
}
