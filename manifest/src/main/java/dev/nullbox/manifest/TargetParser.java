package dev.nullbox.manifest;

import dev.nullbox.manifest.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Reads entries of network.allow without asking any resolver. */
final class TargetParser {
    private static final int BROADCAST_FIRST_BYTE = 240;

    private TargetParser() {}

    static NetworkTarget parse(String text) {
        if (text.contains("/")) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is a URL or a range", "write host or host:port, one entry for each");
        }
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end < 0) {
                throw new InvalidValueException(Text.quoted(text) + " lacks its ]", "write [address]:port");
            }
            return new AddressTarget(ipv6(text.substring(1, end)), portAfter(text, end + 1));
        }
        int colon = text.indexOf(':');
        if (colon >= 0 && text.indexOf(':', colon + 1) >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " has more than one colon", "put an IPv6 address in brackets: [address]:port");
        }
        String host = colon < 0 ? text : text.substring(0, colon);
        int port = portAfter(text, host.length());
        return isIpv4(host)
                ? new AddressTarget(InetAddress.ofLiteral(host), port)
                : new NameTarget(new DomainName(host), port);
    }

    /** The host of a target, alone. */
    static String host(String text) {
        if (text.indexOf(':') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is more than a host", "write the IPv4 address or name alone, without port");
        }
        return parse(text).host();
    }

    private static int portAfter(String text, int start) {
        if (start == text.length()) {
            return NetworkTarget.DEFAULT_PORT;
        }
        String digits = text.substring(start + 1);
        if (text.charAt(start) != ':' || !Text.isDigits(digits) || digits.length() > 5 || digits.startsWith("0")) {
            throw new InvalidValueException(
                    Text.quoted(text) + " has no port after its host", "write host:port with a port from 1 to 65535");
        }
        return Integer.parseInt(digits);
    }

    static void checkPort(int port) {
        if (port < 1 || port > NetworkTarget.MAX_PORT) {
            throw new InvalidValueException("port " + port + " does not exist", "use a port from 1 to 65535");
        }
    }

    /** Refuses addresses at which an agent can have no business: its own host's, everybody's, nobody's. */
    static void checkAddress(InetAddress address) {
        byte[] bytes = address.getAddress();
        boolean ipv4 = address instanceof Inet4Address;
        if (address.isAnyLocalAddress()
                || address.isLoopbackAddress()
                || address.isMulticastAddress()
                || (ipv4 && (bytes[0] == 0 || (bytes[0] & 0xff) >= BROADCAST_FIRST_BYTE))
                || (!ipv4 && address.isLinkLocalAddress())) {
            throw new InvalidValueException(
                    address.getHostAddress() + " is not the address of another host",
                    "name the address of the one host that is meant");
        }
    }

    /** Tells whether the text is four numbers of 0 to 255 without leading zeros. */
    private static boolean isIpv4(String text) {
        String[] parts = text.split("\\.", -1);
        if (parts.length != 4) {
            return false;
        }
        for (String part : parts) {
            if (!Text.isDigits(part)
                    || part.length() > 3
                    || Integer.parseInt(part) > 255
                    || (part.startsWith("0") && part.length() > 1)) {
                return false;
            }
        }
        return true;
    }

    private static InetAddress ipv6(String text) {
        InvalidValueException refusal = new InvalidValueException(
                Text.quoted(text) + " is not an IPv6 address", "write it as [2001:db8::1]:443, without a zone");
        if (text.indexOf(':') < 0 || !text.chars().allMatch(c -> "0123456789abcdefABCDEF:.".indexOf(c) >= 0)) {
            throw refusal;
        }
        InetAddress address;
        try {
            address = InetAddress.ofLiteral(text);
        } catch (IllegalArgumentException notAnAddress) {
            refusal.initCause(notAnAddress);
            throw refusal;
        }
        if (!(address instanceof Inet6Address)) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is an IPv4 address in disguise", "write the IPv4 address itself");
        }
        return address;
    }
}
