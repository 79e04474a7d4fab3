package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Network target that an agent may reach: TCP or UDP ports of addresses, or one port of one name or of all names below
 * one.
 */
public sealed interface NetworkTarget {
    /** The port of an entry that names none: HTTPS. */
    int DEFAULT_PORT = 443;

    /** Protocol of a port. */
    enum Transport {
        TCP,
        UDP;

        /** The form in nftables and /etc/protocols. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Kind of entry, as shown to operators: the decision about each connection. */
    enum Kind {
        /** By its address and port. */
        ADDRESS,
        /** By its address and port, which lie in ranges. */
        RANGE,
        /** By its address, which a name stands for, and its port: whatever is served there under any name. */
        RAW,
        /** By the gate: the server name of its TLS. */
        TLS,
        /** By the gate: the host of each of its HTTP requests. */
        HTTP;

        private static final int HTTPS_PORT = 443;
        private static final int HTTP_PORT = 80;

        /** The kind in words. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }

        /** Tells whether connections of the kind pass through the gate. */
        public boolean isGated() {
            return this == TLS || this == HTTP;
        }

        /** The kind of a name's port that says none itself. */
        static Kind ofPort(Transport transport, int port) {
            if (transport == Transport.UDP) {
                return RAW;
            }
            return switch (port) {
                case HTTPS_PORT -> TLS;
                case HTTP_PORT -> HTTP;
                default -> RAW;
            };
        }

        /**
         * The kind of a name that a word names.
         *
         * @throws InvalidValueException when no name has it
         */
        public static Kind ofName(String word) {
            return Stream.of(RAW, TLS, HTTP)
                    .filter(kind -> kind.text().equals(word))
                    .findFirst()
                    .orElseThrow(() -> new InvalidValueException(
                            Text.quoted(word) + " is no kind of a name", "use one of tls, http, raw"));
        }
    }

    /** The ports that may be reached. */
    PortRange ports();

    /** The ports' protocol. */
    Transport transport();

    /** Tells whether an agent that may reach this may reach all of the other. */
    boolean covers(NetworkTarget other);

    /** Kind of the decision about a connection to it. */
    Kind kind();

    /** The address, range or name, without the port. */
    default String host() {
        return switch (this) {
            case AddressTarget target -> target.block().toString();
            case NameTarget target -> (target.isWildcard() ? TargetParser.WILDCARD : "") + target.name();
        };
    }

    /**
     * The form of an AGENT.toml entry, with the port; the kind and the ranges of a table after it. {@link #ofText} reads it
     * back.
     */
    default String text() {
        String place = (host().indexOf(':') < 0 ? host() : "[" + host() + "]") + ":" + ports()
                + (transport() == Transport.UDP ? TargetParser.UDP_SUFFIX : "");
        if (!(this instanceof NameTarget name)) {
            return place;
        }
        String kind = name.kind() == Kind.ofPort(name.transport(), name.port())
                ? ""
                : TargetParser.AS + name.kind().text();
        return name.to().isEmpty()
                ? place + kind
                : place
                        + kind
                        + TargetParser.TO
                        + name.to().stream().map(AddressBlock::toString).collect(Collectors.joining(","));
    }

    /**
     * Addresses written out: IPv4, or one of IPv6 in its own family (never an IPv4-mapped one).
     *
     * @param block the addresses
     * @param ports of each
     * @param transport the ports' protocol
     */
    record AddressTarget(AddressBlock block, PortRange ports, Transport transport) implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when agents may not reach an address
         */
        public AddressTarget {
            SpecialRanges.check(block);
        }

        /** A TCP port of one address. */
        public AddressTarget(InetAddress address, int port) {
            this(AddressBlock.of(address), PortRange.of(port), Transport.TCP);
        }

        @Override
        public boolean covers(NetworkTarget other) {
            return other instanceof AddressTarget narrower
                    && narrower.transport == transport
                    && block.contains(narrower.block)
                    && ports.contains(narrower.ports);
        }

        @Override
        public Kind kind() {
            return block.isOne() ? Kind.ADDRESS : Kind.RANGE;
        }
    }

    /**
     * A name, whose addresses are those that the resolver gets for the agent's query.
     *
     * @param name of one host; of a wildcard, the suffix of all its names
     * @param isWildcard whether it covers each name below {@code name}, and not that name itself
     * @param port 1 to 65535
     * @param transport the port's protocol
     * @param to permitted ranges of its addresses; none for a public name
     * @param kind RAW, TLS or HTTP
     */
    record NameTarget(
            DomainName name, boolean isWildcard, int port, Transport transport, List<AddressBlock> to, Kind kind)
            implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when the port is out of bounds, agents may not reach a range, or the gate is to
         *     pass UDP
         */
        public NameTarget {
            var _ = PortRange.of(port);
            to = List.copyOf(to);
            to.forEach(SpecialRanges::check);
            if (kind.isGated() && transport == Transport.UDP) {
                throw new InvalidValueException(
                        "kind " + kind.text() + " is not for UDP", "leave out the kind, or /udp behind the port");
            }
        }

        /** A target of the kind that its port has by itself. */
        public NameTarget(DomainName name, boolean isWildcard, int port, Transport transport, List<AddressBlock> to) {
            this(name, isWildcard, port, transport, to, Kind.ofPort(transport, port));
        }

        /** A TCP port of one public name. */
        public NameTarget(DomainName name, int port) {
            this(name, false, port, Transport.TCP, List.of());
        }

        @Override
        public PortRange ports() {
            return PortRange.of(port);
        }

        /** Tells whether it covers a name; {@code asked} is in lower case, without the trailing dot. */
        public boolean covers(String asked) {
            return isWildcard ? asked.endsWith("." + name.value()) : asked.equals(name.value());
        }

        @Override
        public boolean covers(NetworkTarget other) {
            return other instanceof NameTarget narrower
                    && narrower.transport == transport
                    && narrower.port == port
                    && (kind == Kind.RAW || narrower.kind == kind)
                    && coversName(narrower)
                    && to.isEmpty() == narrower.to.isEmpty()
                    && narrower.to.stream().allMatch(range -> to.stream().anyMatch(wider -> wider.contains(range)));
        }

        private boolean coversName(NameTarget narrower) {
            boolean isSame = narrower.name.equals(name) && narrower.isWildcard == isWildcard;
            return isSame || (isWildcard && covers(narrower.name.value()));
        }

        /** Tells whether an address of the name may be reached; only public ones where it has no ranges. */
        public boolean admits(InetAddress address) {
            return to.isEmpty()
                    ? !SpecialRanges.contain(address)
                    : to.stream().anyMatch(range -> range.contains(address));
        }
    }

    /**
     * Parses an entry: {@code host}, {@code host:port}, {@code range:ports}, {@code [v6]:port}; the default port is
     * 443. A host is an address, a name, or {@code *.name}; {@code /udp} may follow. Nothing is resolved.
     *
     * @throws InvalidValueException when it is no target
     */
    static NetworkTarget parse(String text) {
        return TargetParser.parse(text);
    }

    /**
     * Parses an entry that is a name, with permitted ranges of its addresses and a kind other than that of its port.
     *
     * @throws InvalidValueException when it is no target, or an address
     */
    static NetworkTarget parse(String text, List<AddressBlock> to, Optional<Kind> kind) {
        return TargetParser.within(parse(text), to, kind);
    }

    /**
     * The target of a {@link #text}.
     *
     * @throws InvalidValueException when it is no such text
     */
    static NetworkTarget ofText(String text) {
        return TargetParser.ofText(text);
    }

    /**
     * The host of a target, alone.
     *
     * @throws InvalidValueException when it is more than a host, or none
     */
    static String hostOf(String text) {
        return TargetParser.host(text);
    }
}
