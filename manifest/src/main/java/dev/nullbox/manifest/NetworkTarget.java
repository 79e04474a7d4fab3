package dev.nullbox.manifest;

import java.net.InetAddress;
import java.util.Locale;

/** A place that an agent may reach: one TCP or UDP port of one address, of one name, or of all names below one. */
public sealed interface NetworkTarget {
    /** The port of an entry that names none: HTTPS. */
    int DEFAULT_PORT = 443;

    /** The highest port. */
    int MAX_PORT = 65_535;

    /** Protocol of a port. */
    enum Transport {
        TCP,
        UDP;

        /** As nftables and /etc/protocols have it. */
        public String text() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** 1 to 65535. */
    int port();

    /** The port's protocol. */
    Transport transport();

    /** The address or the name, without the port. */
    default String host() {
        return switch (this) {
            case AddressTarget target -> target.address().getHostAddress();
            case NameTarget target -> (target.isWildcard() ? TargetParser.WILDCARD : "") + target.name();
        };
    }

    /** As an AGENT.toml entry has it, with the port; read back by {@link #parse(String)}. */
    default String text() {
        return (host().indexOf(':') < 0 ? host() : "[" + host() + "]") + ":" + port()
                + (transport() == Transport.UDP ? TargetParser.UDP_SUFFIX : "");
    }

    /** An address written out: IPv4, or IPv6 in its own family (never an IPv4-mapped one). */
    record AddressTarget(InetAddress address, int port, Transport transport) implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when no agent can have business with the address, or the port is out of bounds
         */
        public AddressTarget {
            TargetParser.checkPort(port);
            TargetParser.checkAddress(address);
        }

        /** A TCP port. */
        public AddressTarget(InetAddress address, int port) {
            this(address, port, Transport.TCP);
        }
    }

    /**
     * A name, whose addresses are what the resolver learns when the agent asks for it.
     *
     * @param name one host's; of a wildcard, what all its names end in
     * @param isWildcard whether each name below {@code name} is meant, and not that name itself
     * @param port 1 to 65535
     * @param transport the port's protocol
     */
    record NameTarget(DomainName name, boolean isWildcard, int port, Transport transport) implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when the port is out of bounds
         */
        public NameTarget {
            TargetParser.checkPort(port);
        }

        /** A TCP port of one name. */
        public NameTarget(DomainName name, int port) {
            this(name, false, port, Transport.TCP);
        }

        /** Whether a name is meant; {@code asked} is in lower case, without the trailing dot. */
        public boolean covers(String asked) {
            return isWildcard ? asked.endsWith("." + name.value()) : asked.equals(name.value());
        }
    }

    /**
     * The target that {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port} names; without a port 443.
     * A host is an address, a name, or {@code *.name}; {@code /udp} may follow.
     * Asks no resolver.
     *
     * @throws InvalidValueException when it names none
     */
    static NetworkTarget parse(String text) {
        return TargetParser.parse(text);
    }
}
