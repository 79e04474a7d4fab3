package dev.nullbox.manifest.network;

import dev.nullbox.manifest.network.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.network.NetworkTarget.Kind;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Parser of the entries of network.allow; nothing is resolved. */
final class TargetParser {
    static final String WILDCARD = "*.";
    static final String UDP_SUFFIX = "/udp";
    static final String TO = " to ";
    static final String AS = " as ";

    private TargetParser() {}

    static NetworkTarget parse(String text) {
        boolean isUdp = text.endsWith(UDP_SUFFIX);
        String place = isUdp ? text.substring(0, text.length() - UDP_SUFFIX.length()) : text;
        Transport transport = isUdp ? Transport.UDP : Transport.TCP;
        if (place.contains("://") || place.endsWith("/tcp") || place.indexOf('/') != place.lastIndexOf('/')) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is a URL, or has more than a host and a port",
                    "write host, host:port, host:port/udp or 10.2.0.0/16:8000-8100");
        }
        if (place.startsWith("[")) {
            int end = place.indexOf(']');
            if (end < 0) {
                throw new InvalidValueException(Text.quoted(text) + " lacks its ]", "write [address]:port");
            }
            AddressBlock address = AddressBlock.of(ipv6(place.substring(1, end)));
            return new AddressTarget(address, portsAfter(place, end + 1), transport);
        }
        int colon = place.indexOf(':');
        if (colon >= 0 && place.indexOf(':', colon + 1) >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " has more than one colon", "put an IPv6 address in brackets: [address]:port");
        }
        String host = colon < 0 ? place : place.substring(0, colon);
        PortRange ports = portsAfter(place, host.length());
        if (host.indexOf('/') >= 0 || AddressBlock.isIpv4(host)) {
            return new AddressTarget(AddressBlock.parse(host), ports, transport);
        }
        if (!ports.isOne()) {
            throw new InvalidValueException(
                    Text.quoted(text) + " has a range of ports behind a name",
                    "write one entry for each port of a name; ranges stand behind addresses");
        }
        return name(host, ports.first(), transport);
    }

    private static NameTarget name(String host, int port, Transport transport) {
        if (!host.startsWith("*")) {
            return new NameTarget(new DomainName(HostNames.ascii(host)), false, port, transport, List.of());
        }
        String below = host.startsWith(WILDCARD) ? host.substring(WILDCARD.length()) : "";
        String remedy = "name each host, or *.example.org for all below a name of one owner";
        if (below.indexOf('.') < 0) {
            throw new InvalidValueException(Text.quoted(host) + " stands for names of everybody's", remedy);
        }
        DomainName name = new DomainName(HostNames.ascii(below));
        PublicSuffixes.Answer suffix = PublicSuffixes.of(name.value());
        if (suffix.isPublic()) {
            throw new InvalidValueException(
                    Text.quoted(host) + " stands for names of everybody's: " + name + " is a public suffix, by version "
                            + suffix.version() + " of the list",
                    remedy);
        }
        return new NameTarget(name, true, port, transport, List.of());
    }

    static NetworkTarget within(NetworkTarget target, List<AddressBlock> to, Optional<Kind> kind) {
        if (target instanceof NameTarget name) {
            return new NameTarget(
                    name.name(), name.isWildcard(), name.port(), name.transport(), to, kind.orElse(name.kind()));
        }
        if (!to.isEmpty()) {
            throw new InvalidValueException(
                    Text.quoted(target.text()) + " is no name, which alone has answers",
                    "leave `to` out, or write a host's name");
        }
        if (kind.isPresent()) {
            throw new InvalidValueException(
                    Text.quoted(target.text()) + " is no name, which alone has a kind",
                    "leave `kind` out, or write a host's name");
        }
        return target;
    }

    static NetworkTarget ofText(String text) {
        int to = text.indexOf(TO);
        String place = to < 0 ? text : text.substring(0, to);
        List<AddressBlock> ranges = to < 0
                ? List.of()
                : Stream.of(text.substring(to + TO.length()).split(",", -1))
                        .map(AddressBlock::parse)
                        .toList();
        int as = place.indexOf(AS);
        return as < 0
                ? within(parse(place), ranges, Optional.empty())
                : within(
                        parse(place.substring(0, as)),
                        ranges,
                        Optional.of(Kind.ofName(place.substring(as + AS.length()))));
    }

    static String host(String text) {
        if (text.indexOf(':') >= 0 || text.indexOf('/') >= 0) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is more than a host", "write the IPv4 address or name alone, without port");
        }
        if (text.startsWith("*")) {
            throw new InvalidValueException(Text.quoted(text) + " is a wildcard", "write the name of one host");
        }
        return parse(text).host();
    }

    private static PortRange portsAfter(String text, int start) {
        if (start == text.length()) {
            return PortRange.of(NetworkTarget.DEFAULT_PORT);
        }
        if (text.charAt(start) != ':' || text.length() == start + 1) {
            throw new InvalidValueException(
                    Text.quoted(text) + " has no port after its host", "write host:port with a port from 1 to 65535");
        }
        return PortRange.parse(text.substring(start + 1));
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
