package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.time.Duration;

/** Health check of an agent, made in its own guest. */
public sealed interface HealthCheck {
    /** The longest path of a request. */
    int MAX_PATH = 255;

    /** Time between two checks. */
    Duration interval();

    /** Failures in a row after which the agent counts as failed. */
    int maxFailures();

    /**
     * HTTP GET; a status of 200 to 299 is good.
     *
     * @param port TCP port in the guest
     * @param path absolute URL path of printable ASCII without spaces
     * @param interval between two requests
     * @param maxFailures bad or missing answers in a row after which the agent counts as failed
     */
    record Http(int port, String path, Duration interval, int maxFailures) implements HealthCheck {
        /**
         * A checked request; the other numbers are bounded by the reader.
         *
         * @throws InvalidValueException when the port or the path is none
         */
        public Http {
            Schema.HEALTH_PORT.check(port);
            checkedPath(path);
        }
    }

    /**
     * A program that runs as the agent's own user; exit code 0 is good.
     *
     * @param command the program and its arguments
     * @param interval between two runs of it
     * @param maxFailures bad or late ends in a row after which the agent counts as failed
     */
    record Exec(Command command, Duration interval, int maxFailures) implements HealthCheck {}

    /** The path, checked. */
    static String checkedPath(String path) {
        if (!path.startsWith("/")
                || path.length() > MAX_PATH
                || !Text.isPrintableAscii(path)
                || path.indexOf(' ') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(path) + " is not an absolute URL path",
                    "use an " + Schema.HEALTH_PATH.form().allowed());
        }
        return path;
    }
}
