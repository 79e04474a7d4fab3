package dev.nullbox.gateway;

import dev.nullbox.protocol.Method;
import java.time.Duration;
import java.util.function.Function;

/**
 * The gateway's bounds.
 *
 * @param connections at most so many at once; when all are taken and one waits, the oldest that is in its handshake, or
 *     else the one idle longest, is closed for it
 * @param handshake from accept to a client that is known
 * @param idle between one line and the next, and for a client to take its answer
 * @param call for the service behind to answer
 * @param queueTimeout how long a new connection waits before another is closed for it
 * @param drainTimeout for a client whose connection ends to hang up; when the gateway closes, for all of them together, the
 *     calls under way included
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
