package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget.Transport;

/**
 * Port of an address, which an allowed name may stand for.
 *
 * @param address IPv4, as text
 * @param transport the port's protocol
 * @param port 1 to 65535
 * @param isGated whether it is reached through the gate alone
 */
public record NamedPort(String address, Transport transport, int port, boolean isGated) {
    /** A port that is reached without the gate. */
    public NamedPort(String address, Transport transport, int port) {
        this(address, transport, port, false);
    }
}
