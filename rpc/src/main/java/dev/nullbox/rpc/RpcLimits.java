package dev.nullbox.rpc;

import java.time.Duration;

/**
 * Bounds of a server.
 *
 * @param connections at once; when full, the one that was idle longest is closed for a new one
 * @param workers threads that run handlers
 * @param idle after which a connection that has sent no whole message is closed
 * @param call after which the caller of a running handler gets TIMEOUT
 */
public record RpcLimits(int connections, int workers, Duration idle, Duration call) {
    /** Bounds for services without special needs. */
    public static RpcLimits defaults() {
        return new RpcLimits(64, 4, Duration.ofSeconds(60), Duration.ofSeconds(60));
    }
}
