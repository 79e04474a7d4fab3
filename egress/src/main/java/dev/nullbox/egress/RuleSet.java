package dev.nullbox.egress;

import dev.nullbox.egress.EgressRule.AllowAnswer;
import dev.nullbox.egress.EgressRule.AllowGateAnswer;
import dev.nullbox.egress.EgressRule.AllowGrantedAnswer;
import dev.nullbox.egress.EgressRule.AllowNamedAnswer;
import dev.nullbox.egress.EgressRule.AllowNamedPingAnswer;
import dev.nullbox.egress.EgressRule.AllowPing;
import dev.nullbox.egress.EgressRule.AllowPingAnswer;
import dev.nullbox.egress.EgressRule.AllowPingNamed;
import dev.nullbox.egress.EgressRule.AllowRefusal;
import dev.nullbox.egress.EgressRule.AllowResolverAnswer;
import dev.nullbox.egress.EgressRule.AllowServiceAnswer;
import dev.nullbox.egress.EgressRule.AllowTimeAnswer;
import dev.nullbox.egress.EgressRule.AllowTo;
import dev.nullbox.egress.EgressRule.AllowToGate;
import dev.nullbox.egress.EgressRule.AllowToGranted;
import dev.nullbox.egress.EgressRule.AllowToNamed;
import dev.nullbox.egress.EgressRule.AllowToResolver;
import dev.nullbox.egress.EgressRule.AllowToService;
import dev.nullbox.egress.EgressRule.AllowToTime;
import dev.nullbox.egress.EgressRule.AllowUnreachable;
import dev.nullbox.egress.EgressRule.DropForeignSource;
import dev.nullbox.egress.EgressRule.DropRest;
import dev.nullbox.egress.EgressRule.KeepRefused;
import dev.nullbox.egress.EgressRule.LimitConnections;
import dev.nullbox.egress.EgressRule.LimitGated;
import dev.nullbox.egress.EgressRule.LimitQuestions;
import dev.nullbox.egress.EgressRule.MarkRefused;
import dev.nullbox.egress.EgressRule.PassByGate;
import dev.nullbox.egress.EgressRule.PassByGateNamed;
import dev.nullbox.egress.EgressRule.RedirectToGate;
import dev.nullbox.egress.EgressRule.RefuseRest;
import dev.nullbox.egress.EgressRule.RefuseTcp;
import dev.nullbox.manifest.network.AddressBlock;
import dev.nullbox.manifest.network.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;

/**
 * All rules of one agent, by path.
 *
 * <p>No rule allows "established" connections in general: each answer is allowed by its source address and port. A
 * connection therefore ends with the rule that allowed it, whatever connection tracking remembers.
 *
 * @param agent the agent's name
 * @param slot its interface and addresses
 * @param chains the rules of each path, in their order
 */
public record RuleSet(AgentName agent, AgentSlot slot, Map<PacketPath, List<EgressRule>> chains) {
    /**
     * Most connections through the host at once: more than a program needs, so that no agent can fill the table of all.
     */
    static final int MAX_TO_WORLD = 256;

    /** Most connections to the host's own services at once. */
    static final int MAX_TO_HOST = 64;

    /** Most queries for names at once, by UDP, where each is a connection for half a minute after its answer. */
    static final int MAX_QUESTIONS = 512;

    /** Enough to test a path, too few to carry data. */
    static final int PINGS_PER_SECOND = 10;

    /** More than clients ask for, too few to fill the table of connections. */
    static final int TIMES_PER_SECOND = 2;

    private static final String MEMORY = "its memory";
    private static final String API = "its secrets";

    public RuleSet {
        chains = Map.copyOf(chains);
    }

    /** Compiles a policy. */
    public static RuleSet compile(AgentPolicy policy) {
        Map<PacketPath, List<EgressRule>> chains = new EnumMap<>(PacketPath.class);
        chains.put(PacketPath.TO_WORLD, toWorld(policy));
        chains.put(PacketPath.FROM_WORLD, fromWorld(policy));
        chains.put(PacketPath.TO_HOST, toHost(policy));
        chains.put(PacketPath.FROM_HOST, fromHost(policy));
        chains.put(PacketPath.TO_GATE, toGate(policy));
        return new RuleSet(policy.agent(), policy.slot(), chains);
    }

    private static List<EgressRule> toWorld(AgentPolicy policy) {
        List<EgressRule> rules = new ArrayList<>();
        rules.add(new DropForeignSource(policy.slot().address()));
        rules.add(new LimitConnections(MAX_TO_WORLD));
        for (AddressTarget target : policy.addresses()) {
            rules.add(new AllowTo(target.block(), target.transport(), target.ports()));
        }
        blocksOnce(policy).forEach(block -> rules.add(new AllowPing(block, PINGS_PER_SECOND)));
        if (!policy.names().isEmpty()) {
            rules.add(new AllowToNamed());
            rules.add(new AllowPingNamed(PINGS_PER_SECOND));
        }
        rules.add(new AllowToGranted());
        rules.add(new RefuseTcp());
        rules.add(new KeepRefused());
        rules.add(new MarkRefused());
        rules.add(new RefuseRest());
        return List.copyOf(rules);
    }

    private static List<EgressRule> fromWorld(AgentPolicy policy) {
        List<EgressRule> rules = new ArrayList<>();
        for (AddressTarget target : policy.addresses()) {
            rules.add(new AllowAnswer(target.block(), target.transport(), target.ports()));
        }
        blocksOnce(policy).forEach(block -> rules.add(new AllowPingAnswer(block)));
        if (!policy.names().isEmpty()) {
            rules.add(new AllowNamedAnswer());
            rules.add(new AllowNamedPingAnswer());
        }
        rules.add(new AllowGrantedAnswer());
        rules.add(new AllowUnreachable());
        rules.add(new DropRest());
        return List.copyOf(rules);
    }

    private static List<AddressBlock> blocksOnce(AgentPolicy policy) {
        return policy.addresses().stream().map(AddressTarget::block).distinct().toList();
    }

    /** What is allowed by address is not for the gate, whatever name stands for that address too. */
    private static List<EgressRule> toGate(AgentPolicy policy) {
        List<EgressRule> rules = new ArrayList<>();
        for (AddressTarget target : policy.addresses()) {
            if (target.transport() == Transport.TCP) {
                rules.add(new PassByGate(target.block(), target.ports()));
            }
        }
        rules.add(new PassByGateNamed(false));
        rules.add(new PassByGateNamed(true));
        rules.add(new RedirectToGate(false));
        rules.add(new RedirectToGate(true));
        return List.copyOf(rules);
    }

    private static List<EgressRule> toHost(AgentPolicy policy) {
        String gateway = policy.slot().gateway();
        List<EgressRule> rules = new ArrayList<>();
        rules.add(new DropForeignSource(policy.slot().address()));
        rules.add(new LimitQuestions(gateway, MAX_QUESTIONS));
        rules.add(new AllowToResolver(gateway, Transport.UDP));
        rules.add(new AllowToTime(gateway, TIMES_PER_SECOND));
        rules.add(new LimitGated(MAX_TO_WORLD));
        rules.add(new AllowToGate(false));
        rules.add(new AllowToGate(true));
        rules.add(new LimitConnections(MAX_TO_HOST));
        rules.add(new AllowToService(gateway, policy.ports().memory(), MEMORY));
        policy.ports().api().ifPresent(port -> rules.add(new AllowToService(gateway, port, API)));
        rules.add(new AllowToResolver(gateway, Transport.TCP));
        rules.add(new RefuseTcp());
        rules.add(new RefuseRest());
        return List.copyOf(rules);
    }

    private static List<EgressRule> fromHost(AgentPolicy policy) {
        String gateway = policy.slot().gateway();
        List<EgressRule> rules = new ArrayList<>();
        rules.add(new AllowServiceAnswer(gateway, policy.ports().memory(), MEMORY));
        policy.ports().api().ifPresent(port -> rules.add(new AllowServiceAnswer(gateway, port, API)));
        for (Transport transport : Transport.values()) {
            rules.add(new AllowResolverAnswer(gateway, transport));
        }
        rules.add(new AllowTimeAnswer(gateway));
        rules.add(new AllowGateAnswer(gateway, false));
        rules.add(new AllowGateAnswer(gateway, true));
        rules.add(new AllowRefusal());
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
