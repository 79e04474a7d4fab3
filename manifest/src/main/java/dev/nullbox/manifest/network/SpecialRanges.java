package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** Ranges of IPv4 that belong to no public host. Source: RFC 6890. */
public final class SpecialRanges {
    /** Ranges that no agent may reach: its own host's, multicast and broadcast, the unspecified one. */
    private static final List<AddressBlock> NEVER = blocks("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4");

    /** Ranges of the operator's own network, and of metadata services. */
    private static final List<AddressBlock> PRIVATE = blocks(
            "10.0.0.0/8",
            "100.64.0.0/10",
            "169.254.0.0/16",
            "172.16.0.0/12",
            "192.0.0.0/24",
            "192.168.0.0/16",
            "198.18.0.0/15");

    /** The shortest prefix of a range. */
    private static final int MIN_PREFIX = 8;

    private SpecialRanges() {}

    private static List<AddressBlock> blocks(String... texts) {
        return Stream.of(texts).map(AddressBlock::parse).toList();
    }

    /** Tells whether no public name stands for an IPv4 address. */
    public static boolean contain(InetAddress address) {
        return Stream.concat(NEVER.stream(), PRIVATE.stream()).anyMatch(range -> range.contains(address));
    }

    /**
     * Refuses blocks that no agent may reach, whoever allows them, and ranges that contain a private one without naming
     * it.
     *
     * @throws InvalidValueException for such a block
     */
    static void check(AddressBlock block) {
        InetAddress first = block.first();
        if (block.isOne() && !(first instanceof Inet4Address)) {
            if (first.isAnyLocalAddress()
                    || first.isLoopbackAddress()
                    || first.isMulticastAddress()
                    || first.isLinkLocalAddress()) {
                throw nobody(block);
            }
            return;
        }
        if (block.prefix() < MIN_PREFIX) {
            throw new InvalidValueException(
                    block + " is most of the world", "write ranges with a prefix of " + MIN_PREFIX + " to 32");
        }
        if (NEVER.stream().anyMatch(range -> range.contains(block))) {
            throw nobody(block);
        }
        for (AddressBlock range : PRIVATE) {
            if (block.contains(range) && !range.contains(block)) {
                throw new InvalidValueException(
                        block + " holds " + range + ", which is private, and does not say so",
                        "write the ranges beside it, and " + range + " itself where it is meant");
            }
        }
    }

    private static InvalidValueException nobody(AddressBlock block) {
        return new InvalidValueException(
                block + " is not the address of another host", "name the address of the one host that is meant");
    }
}
