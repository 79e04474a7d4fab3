package dev.nullbox.egress;

import java.util.Optional;

/**
 * An agent's place in the host's network: interface {@code nbS}, the host's end {@code 10.221.S.1/30}, the agent's end
 * {@code 10.221.S.2/30}.
 *
 * @param number S, 1 to 64
 */
public record Slot(int number) {
    /** So many agents run at once. */
    public static final int COUNT = 64;

    private static final String PREFIX = "nb";

    /**
     * A checked slot.
     *
     * @throws IllegalArgumentException when there is none of that number
     */
    public Slot {
        if (number < 1 || number > COUNT) {
            throw new IllegalArgumentException("slot " + number + " is not one of 1 to " + COUNT);
        }
    }

    /** The slot of a host interface; empty when the interface is no agent's. */
    public static Optional<Slot> ofInterface(String name) {
        for (int number = 1; number <= COUNT; number++) {
            if (name.equals(PREFIX + number)) {
                return Optional.of(new Slot(number));
            }
        }
        return Optional.empty();
    }

    /** The host's interface, {@code nbS}. */
    public String interfaceName() {
        return PREFIX + number;
    }

    /** The host's address towards the agent, the agent's only gateway. */
    public String gateway() {
        return "10.221." + number + ".1";
    }

    /** The agent's one address. */
    public String address() {
        return "10.221." + number + ".2";
    }
}
