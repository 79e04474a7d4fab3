package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/** Ranges of IPv4 that are no public machine's. Source: RFC 6890. */
public final class SpecialRanges {
    /** At which no agent can have business: its own host's, everybody's, nobody's. */
    private static final List<AddressBlock> NEVER = blocks("0.0.0.0/8", "127.0.0.0/8", "224.0.0.0/4", "240.0.0.0/4");

    /** Machines of the operator's own, and those that tell a machine what it is. */
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

    /** Tells whether an IPv4 address is none that a public name stands for. */
    public static boolean contain(InetAddress address) {
        return Stream.concat(NEVER.stream(), PRIVATE.stream()).anyMatch(range -> range.contains(address));
    }

    /**
     * Refuses what no agent may reach, whoever allows it, and ranges in which a private one lies unsaid.
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
