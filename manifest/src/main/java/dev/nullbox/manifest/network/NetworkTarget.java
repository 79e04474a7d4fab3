package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import java.net.InetAddress;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** A place that an agent may reach: TCP or UDP ports of addresses, or one port of one name or of all names below one. */
public sealed interface NetworkTarget {
    /** The port of an entry that names none: HTTPS. */
    int DEFAULT_PORT = 443;

    /** Protocol of a port. */
    enum Transport {
        TCP,
        UDP;

        /** As nftables and /etc/protocols have it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Kinds of entries, as people are told. */
    enum Kind {
        ADDRESS,
        RANGE,
        NAME,
        WILDCARD;

        /** The word for it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** The ports that may be reached. */
    PortRange ports();

    /** The ports' protocol. */
    Transport transport();

    /** Tells whether whoever may reach this may reach all of the other. */
    boolean covers(NetworkTarget other);

    /** How it is decided who is meant. */
    Kind kind();

    /** The address, range or name, without the port. */
    default String host() {
        return switch (this) {
            case AddressTarget target -> target.block().toString();
            case NameTarget target -> (target.isWildcard() ? TargetParser.WILDCARD : "") + target.name();
        };
    }

    /** As an AGENT.toml entry has it, with the port; the ranges of a table after it. {@link #ofText} reads it back. */
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
     * @param block which addresses
     * @param ports of each
     * @param transport the ports' protocol
     */
    record AddressTarget(AddressBlock block, PortRange ports, Transport transport) implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when no agent can have business with an address
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
     * A name, whose addresses are what the resolver learns when the agent asks for it.
     *
     * @param name one host's; of a wildcard, what all its names end in
     * @param isWildcard whether each name below {@code name} is meant, and not that name itself
     * @param port 1 to 65535
     * @param transport the port's protocol
     * @param to ranges in which its addresses lie; none for a public name
     */
    record NameTarget(DomainName name, boolean isWildcard, int port, Transport transport, List<AddressBlock> to)
            implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when the port is out of bounds, or no agent can have business in a range
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

        /** Tells whether a name is meant; {@code asked} is in lower case, without the trailing dot. */
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

        /** Tells whether an address that the name stands for may be reached; only public ones where it has no ranges. */
        public boolean admits(InetAddress address) {
            return to.isEmpty()
                    ? !SpecialRanges.contain(address)
                    : to.stream().anyMatch(range -> range.contains(address));
        }
    }

    /**
     * The target that an entry names: {@code host}, {@code host:port}, {@code range:ports}, {@code [v6]:port}; without a port
     * 443. A host is an address, a name, or {@code *.name}; {@code /udp} may follow. Asks no resolver.
     *
     * @throws InvalidValueException when it names none
     */
    static NetworkTarget parse(String text) {
        return TargetParser.parse(text);
    }

    /**
     * The name that an entry names, with answers in some ranges alone.
     *
     * @throws InvalidValueException when it names none, or an address
     */
    static NetworkTarget parse(String text, List<AddressBlock> to) {
        return TargetParser.within(parse(text), to);
    }

    /**
     * The target of a {@link #text}.
     *
     * @throws InvalidValueException when it is none's
     */
    static NetworkTarget ofText(String text) {
        return TargetParser.ofText(text);
    }

    /**
     * The host of a target, alone.
     *
     * @throws InvalidValueException when it is more, or none
     */
    static String hostOf(String text) {
        return TargetParser.host(text);
    }
}
