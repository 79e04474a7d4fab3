package dev.nullbox.gate;

import java.time.Duration;

/**
 * Bounds of the gate.
 *
 * @param connections of all agents at once; each has two descriptors
 * @param reserved the last of these, which only agents with few connections get
 * @param few connections of an agent that are few
 * @param connectionsOfOne connections of one agent at once
 * @param opened connections of all agents whose TLS is opened; each takes memory of the heap
 * @param openedOfOne such connections of one agent
 * @param head time for an agent to send a head or a hello
 * @param answer time for egress to answer
 * @param dial time for the far side to accept
 * @param idle time without a byte after which a connection ends, as in the packet filter
 * @param farewell time for an agent to read why it was refused
 */
record GateLimits(
        int connections,
        int reserved,
        int few,
        int connectionsOfOne,
        int opened,
        int openedOfOne,
        Duration head,
        Duration answer,
        Duration dial,
        Duration idle,
        Duration farewell) {
    static GateLimits defaults() {
        return new GateLimits(
                1_900,
                500,
                8,
                256,
                320,
                64,
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofSeconds(10),
                Duration.ofMinutes(5),
                Duration.ofSeconds(2));
    }
}
