package dev.nullbox.egress;

import dev.nullbox.egress.dns.Admission;
import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.AgentNamesStore;
import dev.nullbox.egress.dns.Grants;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.rpc.RpcException;
import java.time.Duration;
import java.util.List;

/** Admission to the kernel's packet filter: by an agent's own policy, or by an operator's word for a time. */
record KernelAdmission(Firewall firewall, AgentNamesStore names, Grants grants) implements Admission {
    @Override
    public void admit(AgentNames agent, List<NamedPort> ports, Duration time) throws RpcException {
        firewall.admit(agent.slot(), ports, time, () -> names.hold(agent));
    }

    @Override
    public void grant(AgentNames agent, List<NamedPort> ports, Duration time) throws RpcException {
        if (time.toSeconds() > 0) {
            firewall.grant(agent.slot(), ports, time, () -> names.hold(agent));
        }
    }

    @Override
    public List<Grants.Grant> granted(AgentNames agent, String asked) {
        return grants.of(agent.slot()).stream()
                .filter(grant -> isName(grant.target(), asked))
                .toList();
    }

    private static boolean isName(NetworkTarget target, String asked) {
        return target instanceof NameTarget name && name.covers(asked);
    }

    @Override
    public Duration left(Grants.Grant grant) {
        return grants.left(grant);
    }
}
