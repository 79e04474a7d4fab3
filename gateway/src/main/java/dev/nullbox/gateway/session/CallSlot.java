package dev.nullbox.gateway.session;

import java.time.Duration;
import java.util.concurrent.Future;

/** Slot for the one call that a connection may have at a time, and its deadlines. */
public interface CallSlot {
    /** Begins a call; false when none may begin any more. */
    boolean begin();

    /** Ends a call; true when another may follow. */
    boolean end();

    /** Closes the connection after that time, unless the result is cancelled before. */
    Future<?> closeAfter(Duration time);
}
