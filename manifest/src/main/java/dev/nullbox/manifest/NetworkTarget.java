package dev.nullbox.manifest;

import java.net.InetAddress;

/** A place to which an agent may open TCP connections: one port of one address, or of one name. */
public sealed interface NetworkTarget {
    /** The port of an entry that names none: HTTPS. */
    int DEFAULT_PORT = 443;

    /** The highest TCP port. */
    int MAX_PORT = 65_535;

    /** TCP port, 1 to 65535. */
    int port();

    /** The address or the name, without the port. */
    default String host() {
        return switch (this) {
            case AddressTarget target -> target.address().getHostAddress();
            case NameTarget target -> target.name().value();
        };
    }

    /** As an AGENT.toml entry has it, with the port; read back by {@link #parse(String)}. */
    default String text() {
        return (host().indexOf(':') < 0 ? host() : "[" + host() + "]") + ":" + port();
    }

    /** An address written out: IPv4, or IPv6 in its own family (never an IPv4-mapped one). */
    record AddressTarget(InetAddress address, int port) implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when no agent can have business with the address, or the port is out of bounds
         */
        public AddressTarget {
            TargetParser.checkPort(port);
            TargetParser.checkAddress(address);
        }
    }

    /** A name, whose addresses are the resolver's business at the time of the connection. */
    record NameTarget(DomainName name, int port) implements NetworkTarget {
        /**
         * A checked target.
         *
         * @throws InvalidValueException when the port is out of bounds
         */
        public NameTarget {
            TargetParser.checkPort(port);
        }
    }

    /**
     * The target that {@code host}, {@code host:port}, {@code [v6]} or {@code [v6]:port} names; without a port 443.
     * Asks no resolver.
     *
     * @throws InvalidValueException when it names none
     */
    static NetworkTarget parse(String text) {
        return TargetParser.parse(text);
    }
}
