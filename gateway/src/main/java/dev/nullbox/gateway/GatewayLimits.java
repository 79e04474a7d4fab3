package dev.nullbox.gateway;

import dev.nullbox.protocol.Method;
import java.time.Duration;
import java.util.function.Function;

/**
 * The gateway's bounds.
 *
 * @param connections most connections at once; when a further one waits, the oldest in its handshake, or else the one
 *     that was idle longest, is closed for it
 * @param handshake from accept to the end of the handshake
 * @param idle between one line and the next, and for a client to read its answer
 * @param call for the called service to answer
 * @param queueTimeout longest wait of a new connection before another is closed for it
 * @param drainTimeout for a client to hang up after its last answer; when the gateway closes, for all connections
 *     together, running calls included
 */
record GatewayLimits(
        int connections,
        Duration handshake,
        Duration idle,
        Function<Method<?>, Duration> call,
        Duration queueTimeout,
        Duration drainTimeout) {
    static GatewayLimits defaults() {
        return new GatewayLimits(
                32,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                Method::deadline,
                Duration.ofSeconds(3),
                Duration.ofSeconds(2));
    }
}
