package dev.nullbox.egress;

import dev.nullbox.manifest.network.AddressBlock;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Network policy of one agent, in terms of a packet filter.
 *
 * @param agent the agent's name
 * @param slot its interface and addresses
 * @param ports TCP ports that the host serves it
 * @param allow names, and IPv4 addresses of which none is in the agents' own network
 */
public record AgentPolicy(AgentName agent, AgentSlot slot, Ports ports, List<NetworkTarget> allow) {
    /**
     * TCP ports of what the host serves an agent.
     *
     * @param memory port of the agent's memory, at its gateway address
     * @param api port of the agent's own API, at its gateway address
     */
    public record Ports(int memory, Optional<Integer> api) {}

    /**
     * A checked policy.
     *
     * @throws IllegalArgumentException when a target lies in the agents' network or is no IPv4 address
     */
    public AgentPolicy {
        allow = List.copyOf(allow);
        for (NetworkTarget target : allow) {
            if (target instanceof AddressTarget address
                    && (!(address.block().first() instanceof Inet4Address) || isAgents(address.block(), slot))) {
                throw new IllegalArgumentException(target.text() + " cannot be allowed");
            }
        }
    }

    /** The targets that are addresses. */
    public List<AddressTarget> addresses() {
        return allow.stream()
                .filter(AddressTarget.class::isInstance)
                .map(AddressTarget.class::cast)
                .toList();
    }

    /** The targets that are names. */
    public List<NameTarget> names() {
        return allow.stream()
                .filter(NameTarget.class::isInstance)
                .map(NameTarget.class::cast)
                .toList();
    }

    /**
     * Makes a policy from the entries of network.allow.
     *
     * @param allow as in AGENT.toml: {@code host:port}, {@code host:port/udp}
     * @throws RpcException for the first entry that cannot be enforced, with its field {@code network.allow[i]}
     */
    public static AgentPolicy of(AgentName agent, AgentSlot slot, Ports ports, List<String> allow) throws RpcException {
        List<NetworkTarget> targets = new ArrayList<>();
        for (int i = 0; i < allow.size(); i++) {
            NetworkTarget target = target(allow.get(i), slot, "network.allow[" + i + "]");
            if (!targets.contains(target)) {
                targets.add(target);
            }
        }
        return new AgentPolicy(agent, slot, ports, targets);
    }

    /**
     * The place that one entry names.
     *
     * @throws RpcException when it cannot be held, with the field
     */
    static NetworkTarget target(String entry, AgentSlot slot, String field) throws RpcException {
        NetworkTarget parsed;
        try {
            parsed = NetworkTarget.ofText(entry);
        } catch (InvalidValueException invalid) {
            String problem = invalid.problem() + "; " + invalid.remedy();
            throw refused(EgressReason.EGRESS_BAD_TARGET, field, problem);
        }
        return switch (parsed) {
            case NameTarget name -> {
                for (AddressBlock range : name.to()) {
                    if (isAgents(range, slot)) {
                        throw reserved(range, name, slot, field);
                    }
                }
                yield name;
            }
            case AddressTarget target
            when !(target.block().first() instanceof Inet4Address) ->
                throw refused(
                        EgressReason.EGRESS_NO_IPV6,
                        field,
                        target.text() + " is an IPv6 address, and agents have IPv4 only; write an IPv4 address");
            case AddressTarget target
            when isAgents(target.block(), slot) -> throw reserved(target.block(), target, slot, field);
            case AddressTarget target -> target;
        };
    }

    private static RpcException refused(EgressReason reason, String field, String problem) {
        return new RpcException(reason, field + ": " + problem, field);
    }

    private static RpcException reserved(AddressBlock block, NetworkTarget target, AgentSlot slot, String field) {
        boolean isWithin = block.prefix() >= slot.network().bits();
        return refused(
                EgressReason.EGRESS_ADDRESS_RESERVED,
                field,
                target.text() + (isWithin ? " lies in " : " holds ") + slot.network()
                        + ", the agents' own network; agents do not reach each other"
                        + (isWithin ? "" : ", so write the ranges beside it"));
    }

    private static boolean isAgents(AddressBlock block, AgentSlot slot) {
        return slot.network().overlaps(block.first().getAddress(), block.prefix());
    }
}
