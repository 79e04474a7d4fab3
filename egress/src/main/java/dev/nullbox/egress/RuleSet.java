package dev.nullbox.egress;

import dev.nullbox.egress.EgressRule.AllowAnswer;
import dev.nullbox.egress.EgressRule.AllowMemoryAnswer;
import dev.nullbox.egress.EgressRule.AllowTo;
import dev.nullbox.egress.EgressRule.AllowToMemory;
import dev.nullbox.egress.EgressRule.AllowUnreachable;
import dev.nullbox.egress.EgressRule.DropForeignSource;
import dev.nullbox.egress.EgressRule.DropRest;
import dev.nullbox.manifest.AgentName;
import dev.nullbox.manifest.NetworkTarget.AddressTarget;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All rules of one agent, by path.
 *
 * <p>No rule says "established, from whomever": each answer is allowed by the address and port that it comes from. So
 * a connection ends with the rule that allowed it, whatever connection tracking remembers.
 *
 * @param agent whose rules
 * @param slot where it is
 * @param chains the rules of each path, in their order
 */
public record RuleSet(AgentName agent, Slot slot, Map<PacketPath, List<EgressRule>> chains) {
    public RuleSet {
        chains = Map.copyOf(chains);
    }

    /** The rules that hold a policy. */
    public static RuleSet compile(AgentPolicy policy) {
        Slot slot = policy.slot();
        List<EgressRule> toWorld = new ArrayList<>();
        List<EgressRule> fromWorld = new ArrayList<>();
        toWorld.add(new DropForeignSource(slot.address()));
        for (AddressTarget target : policy.allow()) {
            String address = target.address().getHostAddress();
            toWorld.add(new AllowTo(address, target.port()));
            fromWorld.add(new AllowAnswer(address, target.port()));
        }
        toWorld.add(new DropRest());
        if (!policy.allow().isEmpty()) {
            fromWorld.add(new AllowUnreachable());
        }
        fromWorld.add(new DropRest());
        Map<PacketPath, List<EgressRule>> chains = new EnumMap<>(PacketPath.class);
        chains.put(PacketPath.TO_WORLD, List.copyOf(toWorld));
        chains.put(PacketPath.FROM_WORLD, List.copyOf(fromWorld));
        chains.put(
                PacketPath.TO_HOST,
                List.of(
                        new DropForeignSource(slot.address()),
                        new AllowToMemory(slot.gateway(), policy.memoryPort()),
                        new DropRest()));
        chains.put(
                PacketPath.FROM_HOST,
                List.of(new AllowMemoryAnswer(slot.gateway(), policy.memoryPort()), new DropRest()));
        return new RuleSet(policy.agent(), slot, chains);
    }

    /** The rules of one path. */
    public List<EgressRule> on(PacketPath path) {
        List<EgressRule> rules = chains.get(path);
        return rules == null ? List.of() : rules;
    }

    /** How many rules there are. */
    public int size() {
        return chains.values().stream().mapToInt(List::size).sum();
    }
}
