package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.List;

/**
 * Names that an agent may ask for.
 *
 * @param agent the agent's name
 * @param slot its addresses
 * @param allow as its manifest has them
 */
public record AgentNames(AgentName agent, AgentSlot slot, List<NameTarget> allow) {
    public AgentNames {
        allow = List.copyOf(allow);
    }

    /** The entries that cover a name, which is in lower case and without the trailing dot. */
    List<NameTarget> covering(String asked) {
        return allow.stream().filter(target -> target.covers(asked)).toList();
    }
}
