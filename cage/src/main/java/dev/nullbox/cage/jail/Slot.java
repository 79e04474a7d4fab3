package dev.nullbox.cage.jail;

/**
 * One of the 64 places for an agent on this appliance: its interface, its addresses, its user.
 *
 * @param number 1 to 64
 */
public record Slot(int number) {
    public static final int MAX = 64;
    public static final int MEMORY_PORT = 7300;
    public static final int API_PORT = 7301;
    static final int PREFIX_LENGTH = 30;
    private static final int FIRST_UID = 10_000;

    public Slot {
        if (number < 1 || number > MAX) {
            throw new IllegalArgumentException("there is no slot " + number + ": 1 to " + MAX);
        }
    }

    /** The host's end of the veth pair. */
    public String hostInterface() {
        return "nb" + number;
    }

    /** The host's address, the agent's gateway. */
    public String gatewayAddress() {
        return "10.221." + number + ".1";
    }

    /** The VMM's address. */
    public String agentAddress() {
        return "10.221." + number + ".2";
    }

    /** User and group of the VMM: agent1 is 10001. */
    int uid() {
        return FIRST_UID + number;
    }

    /** Below it the agent fetches its secrets. */
    String apiUrl() {
        return "http://" + gatewayAddress() + ":" + API_PORT;
    }

    /** Base address of the agent's memory: {@code /mcp}, {@code /rpc} and {@code /watch} lie below it. */
    String memoryUrl() {
        return "http://" + gatewayAddress() + ":" + MEMORY_PORT;
    }
}
