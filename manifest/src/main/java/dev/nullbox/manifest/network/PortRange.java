package dev.nullbox.manifest.network;

import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;

/**
 * Ports from one to another, both included.
 *
 * @param first 1 to 65535
 * @param last no less
 */
public record PortRange(int first, int last) {
    /** The highest port. */
    public static final int MAX_PORT = 65_535;

    private static final int MAX_DIGITS = 5;
    private static final String RIGHT = "use a port from 1 to 65535, or a range such as 8000-8100";

    /**
     * A checked range.
     *
     * @throws InvalidValueException when a port does not exist, or none is in the range
     */
    public PortRange {
        for (int port : new int[] {first, last}) {
            if (port < 1 || port > MAX_PORT) {
                throw new InvalidValueException("port " + port + " does not exist", RIGHT);
            }
        }
        if (last < first) {
            throw new InvalidValueException(
                    "the range of ports " + first + "-" + last + " is empty", "write the lower port first");
        }
    }

    /** One port. */
    public static PortRange of(int port) {
        return new PortRange(port, port);
    }

    /**
     * The ports of a text as {@code 443} or {@code 8000-8100}.
     *
     * @throws InvalidValueException when it is neither
     */
    static PortRange parse(String text) {
        int dash = text.indexOf('-');
        return dash < 0
                ? of(port(text, text))
                : new PortRange(port(text.substring(0, dash), text), port(text.substring(dash + 1), text));
    }

    private static int port(String digits, String text) {
        if (!Text.isDigits(digits) || digits.length() > MAX_DIGITS || digits.startsWith("0")) {
            throw new InvalidValueException(Text.quoted(text) + " is no port", RIGHT);
        }
        return Integer.parseInt(digits);
    }

    /** Tells whether it is one port alone. */
    public boolean isOne() {
        return first == last;
    }

    /** Tells whether all of the other's ports are among these. */
    public boolean contains(PortRange other) {
        return first <= other.first && other.last <= last;
    }

    /** {@code 443} or {@code 8000-8100}: AGENT.toml and nft write it alike. */
    @Override
    public String toString() {
        return isOne() ? String.valueOf(first) : first + "-" + last;
    }
}
