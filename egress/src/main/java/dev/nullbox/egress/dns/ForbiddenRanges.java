package dev.nullbox.egress.dns;

import dev.nullbox.protocol.id.AgentNetwork;
import java.net.InetAddress;
import java.nio.ByteBuffer;

/**
 * Ranges that no public name stands for: whoever answers with one of them means a machine of the operator's own. An agent
 * reaches those by address alone. Source: RFC 6890.
 */
final class ForbiddenRanges {
    private static final String[] RANGES = {
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "224.0.0.0/4",
        "240.0.0.0/4"
    };

    private final AgentNetwork network;

    /** Those, and the agents' own network. */
    ForbiddenRanges(AgentNetwork network) {
        this.network = network;
    }

    /** Whether an IPv4 address lies in one. */
    boolean contain(InetAddress address) {
        byte[] bytes = address.getAddress();
        for (String range : RANGES) {
            int slash = range.indexOf('/');
            int length = Integer.parseInt(range, slash + 1, range.length(), 10);
            int mask = -1 << (Integer.SIZE - length);
            int first = bits(InetAddress.ofLiteral(range.substring(0, slash)).getAddress());
            if ((bits(bytes) & mask) == first) {
                return true;
            }
        }
        return network.overlaps(bytes, bytes.length * Byte.SIZE);
    }

    private static int bits(byte[] address) {
        return ByteBuffer.wrap(address).getInt();
    }
}
