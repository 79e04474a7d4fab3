package dev.nullbox.egress;

import dev.nullbox.manifest.AgentName;
import dev.nullbox.manifest.InvalidValueException;
import dev.nullbox.manifest.NetworkTarget;
import dev.nullbox.manifest.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.NetworkTarget.NameTarget;
import java.net.Inet4Address;
import java.util.ArrayList;
import java.util.List;

/**
 * What one agent may reach, in terms that a packet filter knows.
 *
 * @param agent whose policy
 * @param slot where it is
 * @param memoryPort TCP port of its gateway at which its memory is served
 * @param allow IPv4 addresses and TCP ports, none in the agents' own network
 */
public record AgentPolicy(AgentName agent, Slot slot, int memoryPort, List<AddressTarget> allow) {
    private static final int MAX_PORT = 65_535;

    /**
     * A checked policy.
     *
     * @throws IllegalArgumentException when the port is none, or a target is not as promised
     */
    public AgentPolicy {
        allow = List.copyOf(allow);
        if (memoryPort < 1 || memoryPort > MAX_PORT) {
            throw new IllegalArgumentException("port " + memoryPort + " does not exist");
        }
        for (AddressTarget target : allow) {
            if (!(target.address() instanceof Inet4Address) || isAgents(target)) {
                throw new IllegalArgumentException(target.text() + " cannot be allowed");
            }
        }
    }

    /**
     * The policy that entries of network.allow make.
     *
     * @param allow as in AGENT.toml: {@code host:port}
     * @throws EgressException for the first entry that cannot be held, with its field {@code network.allow[i]}
     */
    public static AgentPolicy of(AgentName agent, Slot slot, int memoryPort, List<String> allow)
            throws EgressException {
        List<AddressTarget> targets = new ArrayList<>();
        for (int i = 0; i < allow.size(); i++) {
            AddressTarget target = target(allow.get(i), "network.allow[" + i + "]");
            if (!targets.contains(target)) {
                targets.add(target);
            }
        }
        return new AgentPolicy(agent, slot, memoryPort, targets);
    }

    private static AddressTarget target(String entry, String field) throws EgressException {
        NetworkTarget parsed;
        try {
            parsed = NetworkTarget.parse(entry);
        } catch (InvalidValueException invalid) {
            throw new EgressException(
                    EgressCode.EGRESS_BAD_TARGET, field + ": " + invalid.problem() + "; " + invalid.remedy(), field);
        }
        return switch (parsed) {
            case NameTarget name ->
                throw new EgressException(
                        EgressCode.EGRESS_NAME_NEEDS_RESOLVER,
                        field + ": " + name.text() + " is a name, and names need the resolver, which does not exist"
                                + " yet; write the address and port until then",
                        field);
            case AddressTarget target
            when !(target.address() instanceof Inet4Address) ->
                throw new EgressException(
                        EgressCode.EGRESS_NO_IPV6,
                        field + ": " + target.text() + " is an IPv6 address, and agents have IPv4 only; write an IPv4"
                                + " address",
                        field);
            case AddressTarget target
            when isAgents(target) ->
                throw new EgressException(
                        EgressCode.EGRESS_ADDRESS_RESERVED,
                        field + ": " + target.text() + " lies in 10.221.0.0/16, the agents' own network; agents do not"
                                + " reach each other",
                        field);
            case AddressTarget target -> target;
        };
    }

    private static boolean isAgents(AddressTarget target) {
        byte[] bytes = target.address().getAddress();
        return bytes[0] == 10 && (bytes[1] & 0xff) == 221;
    }
}
