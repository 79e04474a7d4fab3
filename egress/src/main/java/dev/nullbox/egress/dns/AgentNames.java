package dev.nullbox.egress.dns;

import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.List;
import java.util.Optional;

/**
 * Network targets of an agent, names among them.
 *
 * @param agent the agent's name
 * @param slot its addresses
 * @param allow the entries of its manifest
 */
public record AgentNames(AgentName agent, AgentSlot slot, List<NetworkTarget> allow) {
    public AgentNames {
        allow = List.copyOf(allow);
    }

    /** The first entry that covers a name, at any port. */
    public Optional<NetworkTarget> entryOf(String name) {
        return covering(name).stream().map(NetworkTarget.class::cast).findFirst();
    }

    /** The entries that cover a name, which is in lower case and without the trailing dot. */
    public List<NameTarget> covering(String asked) {
        return allow.stream()
                .filter(NameTarget.class::isInstance)
                .map(NameTarget.class::cast)
                .filter(target -> target.covers(asked))
                .toList();
    }
}
