package dev.nullbox.egress;

import dev.nullbox.protocol.id.AgentSlot;

/** Direction of an agent's packets; each has a map from interface to the agent's own chain. */
public enum PacketPath {
    /** From the agent through the host. */
    TO_WORLD("to_world"),
    /** Through the host to the agent. */
    FROM_WORLD("from_world"),
    /** From the agent to the host itself. */
    TO_HOST("to_host"),
    /** From the host itself to the agent. */
    FROM_HOST("from_host"),
    /** First packets of the agent's connections, before it is decided where they go. */
    TO_GATE("to_gate");

    private final String map;

    PacketPath(String map) {
        this.map = map;
    }

    /** The verdict map's name in the table. */
    public String map() {
        return map;
    }

    /** The chain of a slot on this path. */
    public String chain(AgentSlot slot) {
        return slot.interfaceName() + "_" + map;
    }
}
