package dev.nullbox.egress.dns;

import dev.nullbox.protocol.id.AgentNetwork;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.List;

/**
 * Ranges that no public name stands for: whoever answers with one of them means a machine of the operator's own. An agent
 * reaches those by address alone. Source: RFC 6890.
 */
final class ForbiddenRanges {
    private static final List<Range> RANGES = List.of(
            Range.of("0.0.0.0", 8),
            Range.of("10.0.0.0", 8),
            Range.of("100.64.0.0", 10),
            Range.of("127.0.0.0", 8),
            Range.of("169.254.0.0", 16),
            Range.of("172.16.0.0", 12),
            Range.of("192.0.0.0", 24),
            Range.of("192.168.0.0", 16),
            Range.of("198.18.0.0", 15),
            Range.of("224.0.0.0", 4),
            Range.of("240.0.0.0", 4));

    /**
     * Addresses that begin with the same bits.
     *
     * @param first the lowest one
     * @param mask of the bits that count
     */
    private record Range(int first, int mask) {
        static Range of(String first, int length) {
            return new Range(bits(InetAddress.ofLiteral(first).getAddress()), -1 << (Integer.SIZE - length));
        }

        boolean contains(int address) {
            return (address & mask) == first;
        }
    }

    private final AgentNetwork network;

    /** Those, and the agents' own network. */
    ForbiddenRanges(AgentNetwork network) {
        this.network = network;
    }

    /** Whether an IPv4 address lies in one. */
    boolean contain(InetAddress address) {
        byte[] bytes = address.getAddress();
        int address4 = bits(bytes);
        return RANGES.stream().anyMatch(range -> range.contains(address4))
                || network.overlaps(bytes, bytes.length * Byte.SIZE);
    }

    private static int bits(byte[] address) {
        return ByteBuffer.wrap(address).getInt();
    }
}
