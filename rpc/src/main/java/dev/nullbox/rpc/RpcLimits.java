package dev.nullbox.rpc;

import java.time.Duration;

/**
 * The bounds of a server.
 *
 * @param connections at most so many at once; when full, the one that has been idle longest is closed for a new one
 * @param workers threads that run handlers
 * @param idle a connection that sends no whole message for so long is closed
 * @param call a handler that runs longer answers TIMEOUT
 */
public record RpcLimits(int connections, int workers, Duration idle, Duration call) {
    /** What the services use unless they have a reason. */
    public static RpcLimits defaults() {
        return new RpcLimits(64, 4, Duration.ofSeconds(60), Duration.ofSeconds(60));
    }
}
