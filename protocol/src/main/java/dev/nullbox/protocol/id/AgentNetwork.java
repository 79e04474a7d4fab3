package dev.nullbox.protocol.id;

/**
 * IPv4 /16 of which each agent has a /30; nothing else on the appliance or beside it may have an address in it.
 *
 * @param high its first octet
 * @param low its second octet
 */
public record AgentNetwork(int high, int low) {
    /** Network unless the kernel's command line names another. */
    public static final AgentNetwork DEFAULT = new AgentNetwork(10, 221);

    /** Environment variable by which PID 1 passes it to services. */
    public static final String VARIABLE = "NULLBOX_AGENT_NETWORK";

    private static final int BITS = 16;
    private static final int OCTET = 256;
    private static final String TAIL = ".0.0/16";

    /**
     * The network of a text as {@code 10.221.0.0/16}.
     *
     * @throws InvalidValueException when it is none, or none for private use (RFC 1918, RFC 6598)
     */
    public static AgentNetwork parse(String text) {
        for (int high : new int[] {10, 100, 172, 192}) {
            for (int low = 0; low < OCTET; low++) {
                AgentNetwork network = new AgentNetwork(high, low);
                if (network.isPrivate() && network.toString().equals(text)) {
                    return network;
                }
            }
        }
        throw new InvalidValueException(
                "\"" + text + "\" is no network for agents", "use a private /16, as 10.221.0.0/16 or 172.30.0.0/16");
    }

    private boolean isPrivate() {
        return switch (high) {
            case 10 -> true;
            case 100 -> low >= 64 && low < 128;
            case 172 -> low >= 16 && low < 32;
            default -> low == 168;
        };
    }

    /** Number of leading bits that all its addresses have in common. */
    public int bits() {
        return BITS;
    }

    /** Tells whether a network of this prefix length has addresses in common with this one. */
    public boolean overlaps(byte[] address, int prefixLength) {
        if (address.length != Integer.BYTES) {
            return false;
        }
        int bits = Math.min(prefixLength, BITS);
        int theirs = ((address[0] & 0xff) << 8) | (address[1] & 0xff);
        int ours = (high << 8) | low;
        return theirs >> (BITS - bits) == ours >> (BITS - bits);
    }

    /** {@code 10.221.0.0/16}. */
    @Override
    public String toString() {
        return high + "." + low + TAIL;
    }
}
