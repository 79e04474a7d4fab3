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
 * @param opening what the gate opens of them
 */
public record AgentNames(AgentName agent, AgentSlot slot, List<NetworkTarget> allow, Optional<Opening> opening) {
    public AgentNames {
        allow = List.copyOf(allow);
    }

    /** Targets of which the gate opens none. */
    public AgentNames(AgentName agent, AgentSlot slot, List<NetworkTarget> allow) {
        this(agent, slot, allow, Optional.empty());
    }

    /** Names of the secrets that the gate puts into requests to an entry. */
    public List<String> secretsOf(NetworkTarget target) {
        return opening.map(one -> one.secretsOf(target)).orElse(List.of());
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
