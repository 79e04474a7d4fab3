package dev.nullbox.protocol.id;

import java.util.Optional;

/**
 * An agent's place on the appliance, from which its interface, addresses and user follow.
 *
 * <p>Slot n has a /30 of the agents' network: the third octet is n modulo 256, the fourth begins at four times n / 256.
 * So slot 1 is 10.221.1.0/30, slot 64 is 10.221.64.0/30, slot 256 is 10.221.0.4/30.
 *
 * @param network the agents' network, which its addresses are in
 * @param number 1 to {@link #MAX}
 */
public record AgentSlot(AgentNetwork network, int number) {
    /** Number of slots. */
    public static final int MAX = 1_024;

    /** Prefix of the names of agents' interfaces, and of no other's. */
    public static final String INTERFACE_PREFIX = "nb";

    /** TCP port of the agent's memory, at its gateway address. */
    public static final int MEMORY_PORT = 7300;

    /** TCP port of the agent's own API, at its gateway address. */
    public static final int API_PORT = 7301;

    /** TCP port of the gate, at the agent's gateway address: its connections by name are redirected there. */
    public static final int GATE_PORT = 7302;

    public static final int PREFIX_LENGTH = 30;

    private static final int FIRST_UID = 10_000;
    private static final int OCTET = 256;
    private static final int ADDRESSES = 4;

    /** @throws IllegalArgumentException for a number out of range */
    public AgentSlot {
        if (number < 1 || number > MAX) {
            throw new IllegalArgumentException("there is no slot " + number + ": 1 to " + MAX);
        }
    }

    /** The slot of a host interface; empty when it belongs to no agent. */
    public static Optional<AgentSlot> ofInterface(AgentNetwork network, String name) {
        String digits = name.startsWith(INTERFACE_PREFIX) ? name.substring(INTERFACE_PREFIX.length()) : "";
        return digits.matches("[1-9][0-9]{0,3}") && Integer.parseInt(digits) <= MAX
                ? Optional.of(new AgentSlot(network, Integer.parseInt(digits)))
                : Optional.empty();
    }

    /** The host's end of the veth pair. */
    public String interfaceName() {
        return INTERFACE_PREFIX + number;
    }

    /** The host's address on it, the agent's only gateway. */
    public String gateway() {
        return address(1);
    }

    /** The agent's one address. */
    public String address() {
        return address(2);
    }

    /** User and group of the VMM: slot 1 has 10001. */
    public int uid() {
        return FIRST_UID + number;
    }

    /** The base address of the agent's memory. */
    public String memoryUrl() {
        return url(MEMORY_PORT);
    }

    /** The base address of the agent's own API, by which it fetches secrets. */
    public String apiUrl() {
        return url(API_PORT);
    }

    private String url(int port) {
        return "http://" + gateway() + ":" + port;
    }

    private String address(int host) {
        return network.high() + "." + network.low() + "." + number % OCTET + "." + (number / OCTET * ADDRESSES + host);
    }
}
