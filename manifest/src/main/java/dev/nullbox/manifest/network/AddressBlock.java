package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Block of addresses with the same leading bits; one address alone when all bits count.
 *
 * @param first the lowest address
 * @param prefix number of equal leading bits; all bits for an IPv6 address
 */
public record AddressBlock(InetAddress first, int prefix) {
    private static final int IPV4_BITS = Integer.SIZE;
    private static final int MAX_DIGITS = 2;

    /**
     * A checked block; whether agents may reach it is not checked.
     *
     * @throws InvalidValueException when the first address is not the lowest of it
     */
    public AddressBlock {
        int bits = first.getAddress().length * Byte.SIZE;
        if (prefix < 0 || prefix > bits || (bits != IPV4_BITS && prefix != bits)) {
            throw new InvalidValueException(
                    first.getHostAddress() + "/" + prefix + " has no such prefix",
                    "write an IPv4 range as 10.2.0.0/16, with a prefix of at most " + IPV4_BITS);
        }
        if (bits == IPV4_BITS && (bits(first) & ~mask(prefix)) != 0) {
            throw new InvalidValueException(
                    first.getHostAddress() + "/" + prefix + " does not begin with its range's first address",
                    "write " + address(bits(first) & mask(prefix)) + "/" + prefix + " for the range, or "
                            + first.getHostAddress() + " for that address alone");
        }
    }

    /** One address. */
    public static AddressBlock of(InetAddress address) {
        return new AddressBlock(address, address.getAddress().length * Byte.SIZE);
    }

    /**
     * The block of a text as {@code 10.2.0.0/16} or {@code 10.2.0.7}.
     *
     * @throws InvalidValueException when it is neither
     */
    public static AddressBlock parse(String text) {
        int slash = text.indexOf('/');
        String address = slash < 0 ? text : text.substring(0, slash);
        String length = slash < 0 ? String.valueOf(IPV4_BITS) : text.substring(slash + 1);
        if (!isIpv4(address) || !Text.isDigits(length) || length.length() > MAX_DIGITS) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is neither an IPv4 address nor a range of them",
                    "write 10.2.0.7, or 10.2.0.0/16 with a prefix of at most " + IPV4_BITS);
        }
        return new AddressBlock(InetAddress.ofLiteral(address), Integer.parseInt(length));
    }

    /** Tells whether the text is four numbers of 0 to 255 without leading zeros. */
    static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        return parts.length == Integer.BYTES
                && Arrays.stream(parts)
                        .allMatch(part -> Text.isDigits(part)
                                && part.length() <= 3
                                && Integer.parseInt(part) <= 255
                                && (part.length() == 1 || !part.startsWith("0")));
    }

    /** Tells whether it is one address alone. */
    public boolean isOne() {
        return prefix == first.getAddress().length * Byte.SIZE;
    }

    /** Tells whether an address is in it. */
    public boolean contains(InetAddress address) {
        return contains(of(address));
    }

    /** Tells whether all of the other's addresses are in it. */
    public boolean contains(AddressBlock other) {
        if (!isIpv4() || !other.isIpv4()) {
            return equals(other);
        }
        return prefix <= other.prefix && (bits(other.first) & mask(prefix)) == bits(first);
    }

    private boolean isIpv4() {
        return first instanceof Inet4Address;
    }

    private static int mask(int prefix) {
        return prefix == 0 ? 0 : -1 << (IPV4_BITS - prefix);
    }

    private static int bits(InetAddress address) {
        return ByteBuffer.wrap(address.getAddress()).getInt();
    }

    private static String address(int bits) {
        ByteBuffer bytes = ByteBuffer.allocate(Integer.BYTES).putInt(bits);
        return (bytes.get(0) & 0xff) + "." + (bytes.get(1) & 0xff) + "." + (bytes.get(2) & 0xff) + "."
                + (bytes.get(3) & 0xff);
    }

    /** The address, with its prefix where it is more than one: AGENT.toml and nft write it alike. */
    @Override
    public String toString() {
        return first.getHostAddress() + (isOne() ? "" : "/" + prefix);
    }
}
