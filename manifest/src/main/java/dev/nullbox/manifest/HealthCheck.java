package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.time.Duration;

/**
 * The request for an agent's health: HTTP GET inside its own network.
 *
 * @param port TCP port in the guest
 * @param path absolute URL path of printable ASCII without spaces
 * @param interval between two questions
 * @param maxFailures so many failures in a row mean that the agent has failed
 */
public record HealthCheck(int port, String path, Duration interval, int maxFailures) {
    static final int MAX_PATH = 255;

    /**
     * A checked health check; the other numbers are bounded by the reader.
     *
     * @throws InvalidValueException when the port or the path is none
     */
    public HealthCheck {
        Schema.HEALTH_PORT.check(port);
        path(path);
    }

    static String path(String path) {
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
