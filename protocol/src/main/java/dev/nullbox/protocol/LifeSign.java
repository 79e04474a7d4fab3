package dev.nullbox.protocol;

import java.util.Arrays;
import java.util.Optional;

/** Line that a service writes to the descriptor which nulld gave it: {@code NULLBOX_READY_FD}. */
public enum LifeSign {
    /** The service answers calls: once. */
    READY("ready"),
    /** Heartbeat, every {@link #INTERVAL_MILLIS} from then on: the service's threads run. */
    ALIVE("alive");

    /** Time between two heartbeats. */
    public static final long INTERVAL_MILLIS = 10_000;
    /** Silence after which nulld takes the service for hung. */
    public static final long SILENCE_MILLIS = 60_000;

    private final String line;

    LifeSign(String line) {
        this.line = line;
    }

    /** The line, without its newline. */
    public String line() {
        return line;
    }

    /** The sign that a line is; empty for any other. */
    public static Optional<LifeSign> of(String line) {
        return Arrays.stream(values()).filter(sign -> sign.line.equals(line)).findAny();
    }
}
