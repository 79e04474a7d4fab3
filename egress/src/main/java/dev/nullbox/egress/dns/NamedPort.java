package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget.Transport;

/**
 * Port that an allowed name stands for.
 *
 * @param address IPv4, as text
 * @param transport the port's protocol
 * @param port 1 to 65535
 */
public record NamedPort(String address, Transport transport, int port) {}
