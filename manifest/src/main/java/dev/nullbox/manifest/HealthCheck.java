package dev.nullbox.manifest;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.time.Duration;

/**
 * How the agent's health is asked for: HTTP GET inside its own network.
 *
 * @param port TCP port in the guest, 1 to 65535
 * @param path absolute URL path, at most 255 printable ASCII characters without spaces
 * @param interval between two questions, 1 s to 1 h
 * @param maxFailures so many failures in a row mean that the agent has failed, 1 to 100
 */
public record HealthCheck(int port, String path, Duration interval, int maxFailures) {
    private static final int MAX_PATH = 255;

    /**
     * A checked health check; numbers are bounded by the reader.
     *
     * @throws InvalidValueException when the port or the path is none
     */
    public HealthCheck {
        TargetParser.checkPort(port);
        checkPath(path);
    }

    static void checkPath(String path) {
        if (!path.startsWith("/")
                || path.length() > MAX_PATH
                || !Text.isPrintableAscii(path)
                || path.indexOf(' ') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(path) + " is not an absolute URL path",
                    "start it with / and use at most 255 printable ASCII characters without spaces");
        }
    }
}
