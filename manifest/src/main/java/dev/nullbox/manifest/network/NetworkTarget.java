package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

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

    /** Kind of entry, as shown to operators. */
    enum Kind {
        ADDRESS,
        RANGE,
        NAME,
        WILDCARD;

        /** The kind in words. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The ports that may be reached. */
    PortRange ports();

    /** The ports' protocol. */
    Transport transport();

    /** Tells whether an agent that may reach this may reach all of the other. */
    boolean covers(NetworkTarget other);

    /** Kind of the decision which hosts it covers. */
    Kind kind();

    /** The address, range or name, without the port. */
    default String host() {
        return switch (this) {
            case AddressTarget target -> target.block().toString();
            case NameTarget target -> (target.isWildcard() ? TargetParser.WILDCARD : "") + target.name();
        };
    }

    /**
     * The form of an AGENT.toml entry, with the port; the ranges of a table after it. {@link #ofText} reads it back.
     */
    default String text() {
        String place = (host().indexOf(':') < 0 ? host() : "[" + host() + "]") + ":" + ports()
                + (transport() == Transport.UDP ? TargetParser.UDP_SUFFIX : "");
        return this instanceof NameTarget name && !name.to().isEmpty()
                ? place
                        + TargetParser.TO
                        + name.to().stream().map(AddressBlock::toString).collect(Collectors.joining(","))
                : place;
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
     */
    record NameTarget(DomainName name, boolean isWildcard, int port, Transport transport, List<AddressBlock> to)
            implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when the port is out of bounds, or agents may not reach a range
         */
        public NameTarget {
            var _ = PortRange.of(port);
            to = List.copyOf(to);
            to.forEach(SpecialRanges::check);
        }

        /** A TCP port of one public name. */
        public NameTarget(DomainName name, int port) {
            this(name, false, port, Transport.TCP, List.of());
        }

        @Override
        public PortRange ports() {
            return PortRange.of(port);
        }

        @Override
        public Kind kind() {
            return isWildcard ? Kind.WILDCARD : Kind.NAME;
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
     * Parses an entry that is a name, with permitted ranges of its addresses.
     *
     * @throws InvalidValueException when it is no target, or an address
     */
    static NetworkTarget parse(String text, List<AddressBlock> to) {
        return TargetParser.within(parse(text), to);
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
