package dev.nullbox.egress;

import dev.nullbox.egress.EgressRule.AllowAnswer;
import dev.nullbox.egress.EgressRule.AllowPing;
import dev.nullbox.egress.EgressRule.AllowPingAnswer;
import dev.nullbox.egress.EgressRule.AllowServiceAnswer;
import dev.nullbox.egress.EgressRule.AllowTo;
import dev.nullbox.egress.EgressRule.AllowToService;
import dev.nullbox.egress.EgressRule.AllowUnreachable;
import dev.nullbox.egress.EgressRule.DropForeignSource;
import dev.nullbox.egress.EgressRule.DropRest;
import dev.nullbox.egress.EgressRule.LimitConnections;
import dev.nullbox.manifest.NetworkTarget.AddressTarget;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
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
 * @param agent the agent's name
 * @param slot its interface and addresses
 * @param chains the rules of each path, in their order
 */
public record RuleSet(AgentName agent, AgentSlot slot, Map<PacketPath, List<EgressRule>> chains) {
    /** Connections through the host at once: more than a program needs, so that no agent can fill the table of all. */
    static final int MAX_TO_WORLD = 256;

    /** Connections to the host's own services at once. */
    static final int MAX_TO_HOST = 64;

    /** Enough to see whether a way is open, too few to carry data. */
    static final int PINGS_PER_SECOND = 10;

    private static final String MEMORY = "its memory";
    private static final String API = "its secrets";

    public RuleSet {
        chains = Map.copyOf(chains);
    }

    /** The rules that hold a policy. */
    public static RuleSet compile(AgentPolicy policy) {
        AgentSlot slot = policy.slot();
        List<EgressRule> toWorld = new ArrayList<>();
        List<EgressRule> fromWorld = new ArrayList<>();
        toWorld.add(new DropForeignSource(slot.address()));
        toWorld.add(new LimitConnections(MAX_TO_WORLD));
        for (AddressTarget target : policy.allow()) {
            String address = target.address().getHostAddress();
            toWorld.add(new AllowTo(address, target.transport(), target.port()));
            fromWorld.add(new AllowAnswer(address, target.transport(), target.port()));
        }
        policy.allow().stream()
                .map(target -> target.address().getHostAddress())
                .distinct()
                .forEach(address -> {
                    toWorld.add(new AllowPing(address, PINGS_PER_SECOND));
                    fromWorld.add(new AllowPingAnswer(address));
                });
        toWorld.add(new DropRest());
        if (!policy.allow().isEmpty()) {
            fromWorld.add(new AllowUnreachable());
        }
        fromWorld.add(new DropRest());
        Map<PacketPath, List<EgressRule>> chains = new EnumMap<>(PacketPath.class);
        chains.put(PacketPath.TO_WORLD, List.copyOf(toWorld));
        chains.put(PacketPath.FROM_WORLD, List.copyOf(fromWorld));
        chains.put(PacketPath.TO_HOST, toHost(policy));
        chains.put(PacketPath.FROM_HOST, fromHost(policy));
        return new RuleSet(policy.agent(), slot, chains);
    }

    private static List<EgressRule> toHost(AgentPolicy policy) {
        String gateway = policy.slot().gateway();
        List<EgressRule> rules = new ArrayList<>();
        rules.add(new DropForeignSource(policy.slot().address()));
        rules.add(new LimitConnections(MAX_TO_HOST));
        rules.add(new AllowToService(gateway, policy.ports().memory(), MEMORY));
        policy.ports().api().ifPresent(port -> rules.add(new AllowToService(gateway, port, API)));
        rules.add(new DropRest());
        return List.copyOf(rules);
    }

    private static List<EgressRule> fromHost(AgentPolicy policy) {
        String gateway = policy.slot().gateway();
        List<EgressRule> rules = new ArrayList<>();
        rules.add(new AllowServiceAnswer(gateway, policy.ports().memory(), MEMORY));
        policy.ports().api().ifPresent(port -> rules.add(new AllowServiceAnswer(gateway, port, API)));
        rules.add(new DropRest());
        return List.copyOf(rules);
    }

    /** The rules of one path. */
    public List<EgressRule> on(PacketPath path) {
        List<EgressRule> rules = chains.get(path);
        return rules == null ? List.of() : rules;
    }

    /** The number of rules. */
    public int size() {
        return chains.values().stream().mapToInt(List::size).sum();
    }
}
