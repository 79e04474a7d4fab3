package dev.nullbox.protocol.id;

import java.net.Inet4Address;
import java.net.InetAddress;

/**
 * Name server that egress queries on behalf of agents. PID 1 and the DHCP client's script write name servers to files
 * of PID 1's run directory, one a line, which egress reads.
 *
 * @param address IPv4
 * @param port of UDP and TCP, 1 to 65535
 */
public record NameServer(InetAddress address, int port) {
    /** File of the kernel command line's servers, which takes precedence. */
    public static final String FILE_OF_COMMAND_LINE = "resolvers";

    /** The file of DHCP's lease. */
    public static final String FILE_OF_LEASE = "resolvers.dhcp";

    /** Most servers that are used. */
    public static final int MOST = 4;

    private static final int DNS_PORT = 53;
    private static final int MAX_PORT = 65_535;
    private static final int MAX_PORT_DIGITS = 5;

    /**
     * The server of a text {@code ADDRESS} or {@code ADDRESS:PORT}.
     *
     * @throws InvalidValueException when it is none
     */
    public static NameServer parse(String text) {
        int colon = text.indexOf(':');
        String address = colon < 0 ? text : text.substring(0, colon);
        String port = colon < 0 ? "" : text.substring(colon + 1);
        if (!isAddress(address) || (colon >= 0 && !isPort(port))) {
            throw new InvalidValueException(
                    Text.quoted(text) + " is no name server", "write an IPv4 address, ADDRESS or ADDRESS:PORT");
        }
        return new NameServer(InetAddress.ofLiteral(address), colon < 0 ? DNS_PORT : Integer.parseInt(port));
    }

    /** Tells whether a text is an IPv4 address. */
    public static boolean isAddress(String text) {
        try {
            return InetAddress.ofLiteral(text) instanceof Inet4Address;
        } catch (IllegalArgumentException none) {
            return false;
        }
    }

    private static boolean isPort(String digits) {
        return Text.isDigits(digits)
                && !digits.startsWith("0")
                && digits.length() <= MAX_PORT_DIGITS
                && Integer.parseInt(digits) <= MAX_PORT;
    }

    /** The form that {@link #parse} reads, without the default port. */
    @Override
    public String toString() {
        return address.getHostAddress() + (port == DNS_PORT ? "" : ":" + port);
    }
}
