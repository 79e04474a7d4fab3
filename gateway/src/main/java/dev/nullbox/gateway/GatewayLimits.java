package dev.nullbox.gateway;

import dev.nullbox.protocol.GatewayCalls;
import java.time.Duration;

/**
 * The gateway's bounds.
 *
 * @param connections at most so many at once; when all are taken and one waits, the oldest that is in its handshake, or
 *     else the one idle longest, is closed for it
 * @param handshake from accept to a client that is known
 * @param idle between one line and the next, and for a client to take its answer
 * @param call for the service behind to answer
 * @param longCall the same for methods that go through a whole store
 * @param patience how long a new connection waits before another is closed for it
 * @param farewell for a client that was told goodbye to hang up; when the gateway closes, for all of them together, the
 *     calls under way included
 */
record GatewayLimits(
        int connections,
        Duration handshake,
        Duration idle,
        Duration call,
        Duration longCall,
        Duration patience,
        Duration farewell) {
    static GatewayLimits defaults() {
        return new GatewayLimits(
                32,
                Duration.ofSeconds(10),
                Duration.ofSeconds(60),
                GatewayCalls.DEADLINE,
                GatewayCalls.LONG_DEADLINE,
                Duration.ofSeconds(3),
                Duration.ofSeconds(2));
    }

    /** How long the service behind may take for the method. */
    Duration call(String method) {
        return GatewayCalls.isLong(method) ? longCall : call;
    }
}
