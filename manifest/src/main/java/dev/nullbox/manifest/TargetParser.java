package dev.nullbox.manifest;

import dev.nullbox.manifest.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.NetworkTarget.NameTarget;
import dev.nullbox.manifest.NetworkTarget.Transport;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;

/** Reads entries of network.allow without asking any resolver. */
final class TargetParser {
    static final String WILDCARD = "*.";
    static final String UDP_SUFFIX = "/udp";

    private static final int BROADCAST_FIRST_BYTE = 240;

    private TargetParser() {}

    static NetworkTarget parse(String text) {
        boolean isUdp = text.endsWith(UDP_SUFFIX);
        String place = isUdp ? text.substring(0, text.length() - UDP_SUFFIX.length()) : text;
        Transport transport = isUdp ? Transport.UDP : Transport.TCP;
        if (place.contains("/")) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is a URL or a range",
                    "write host, host:port or host:port/udp, one entry for each");
        }
        if (place.startsWith("[")) {
            int end = place.indexOf(']');
            if (end < 0) {
                throw new InvalidValueException(Text.quoted(text) + " lacks its ]", "write [address]:port");
            }
            return new AddressTarget(ipv6(place.substring(1, end)), portAfter(place, end + 1), transport);
        }
        int colon = place.indexOf(':');
        if (colon >= 0 && place.indexOf(':', colon + 1) >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " has more than one colon", "put an IPv6 address in brackets: [address]:port");
        }
        String host = colon < 0 ? place : place.substring(0, colon);
        int port = portAfter(place, host.length());
        return isIpv4(host)
                ? new AddressTarget(InetAddress.ofLiteral(host), port, transport)
                : name(host, port, transport);
    }

    private static NameTarget name(String host, int port, Transport transport) {
        if (!host.startsWith("*")) {
            return new NameTarget(new DomainName(host), false, port, transport);
        }
        String below = host.startsWith(WILDCARD) ? host.substring(WILDCARD.length()) : "";
        if (below.indexOf('.') < 0) {
            throw new InvalidValueException(
                    Text.quoted(host) + " stands for names of everybody's",
                    "name each host, or *.example.org for all below a name of one owner");
        }
        return new NameTarget(new DomainName(below), true, port, transport);
    }

    /** The host of a target, alone. */
    static String host(String text) {
        if (text.indexOf(':') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is more than a host", "write the IPv4 address or name alone, without port");
        }
        if (text.startsWith("*")) {
            throw new InvalidValueException(Text.quoted(text) + " is a wildcard", "write the name of one host");
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
