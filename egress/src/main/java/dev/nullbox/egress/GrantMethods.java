package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.AgentNamesStore;
import dev.nullbox.egress.dns.Grants;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.AddressTarget;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.service.EventSink;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Places that an operator allows all runs of an agent for a time, and takes back. */
record GrantMethods(Firewall firewall, AgentNamesStore names, Grants grants, EventSink events, Revision revision) {
    private static final String OVER = "its time is over";
    private static final String TAKEN_BACK = "an operator took it back";
    private static final String RUN_ENDED = "the agent's run or policy ended";

    /**
     * Allows a place for a time.
     *
     * @throws RpcException when the agent does not run, the place cannot be allowed, or the kernel refuses it
     */
    Message allow(AgentName agent, String text, Duration time) throws RpcException {
        List<AgentNames> runs = running(agent);
        NetworkTarget target = target(runs.getFirst(), text);
        for (AgentNames run : runs) {
            allow(run, target, time);
        }
        events.emit(
                EgressContract.GRANTED,
                Fields.AGENT.is(agent.value()),
                EgressContract.ENTRY.is(target.text()),
                EgressContract.SECONDS.is(time.toSeconds()));
        return Message.of(EgressContract.ENTRY.is(target.text()), EgressContract.SECONDS.is(time.toSeconds()));
    }

    private void allow(AgentNames running, NetworkTarget target, Duration time) throws RpcException {
        AgentSlot slot = running.slot();
        if (grants.of(slot).size() >= Grants.MOST) {
            throw refused("the agent has " + Grants.MOST + " such places; take one back by egress.withdraw");
        }
        if (target instanceof AddressTarget address) {
            firewall.grant(slot, List.of(port(address)), time, () -> names.hold(running));
        }
        try {
            grants.put(slot, target, time);
            if (!names.hold(running)) {
                var _ = grants.clear(slot);
                throw refused("the agent's policy has changed meanwhile; ask again");
            }
        } catch (IOException e) {
            firewall.withdrawGrants(slot, Map.of());
            throw new RpcException(EgressReason.EGRESS_APPLY_FAILED, "the grant cannot be kept: " + e.getMessage());
        }
    }

    /**
     * Takes a place back; open connections to it end. Others that are allowed for a time stay, names among them once they
     * are asked for again.
     *
     * @throws RpcException when the agent does not run, or the kernel refuses it
     */
    Message withdraw(AgentName agent, String text) throws RpcException {
        List<AgentNames> runs = running(agent);
        NetworkTarget target = target(runs.getFirst(), text);
        boolean wasThere = false;
        for (AgentNames run : runs) {
            wasThere |= withdraw(run.slot(), target);
        }
        if (wasThere) {
            ended(agent, target, TAKEN_BACK);
        }
        return Message.of(EgressContract.REMOVED.is(wasThere));
    }

    private boolean withdraw(AgentSlot slot, NetworkTarget target) throws RpcException {
        boolean wasThere;
        try {
            wasThere = grants.remove(slot, target);
        } catch (IOException e) {
            throw new RpcException(EgressReason.EGRESS_APPLY_FAILED, "the grant cannot be ended: " + e.getMessage());
        }
        Map<NamedPort, Duration> left = new LinkedHashMap<>();
        for (Grants.Grant grant : grants.of(slot)) {
            if (grant.target() instanceof AddressTarget address
                    && grants.left(grant).toSeconds() > 0) {
                left.put(port(address), grants.left(grant));
            }
        }
        firewall.withdrawGrants(slot, left);
        return wasThere;
    }

    /** Says which places of the running agents are over; the kernel has ended them by itself. */
    void tick() throws IOException {
        for (AgentNames agent : names.all()) {
            for (Grants.Grant grant : grants.ended(agent.slot())) {
                ended(agent.agent(), grant.target(), OVER);
            }
        }
    }

    /** Ends all places of an agent, whose sets in the kernel are emptied otherwise. */
    void clear(AgentNames agent) throws IOException {
        for (Grants.Grant grant : grants.clear(agent.slot())) {
            ended(agent.agent(), grant.target(), RUN_ENDED);
        }
    }

    private void ended(AgentName agent, NetworkTarget target, String reason) {
        revision.change();
        events.emit(
                EgressContract.GRANT_ENDED,
                Fields.AGENT.is(agent.value()),
                EgressContract.ENTRY.is(target.text()),
                Fields.REASON.is(reason));
    }

    /** All runs of the agent, at least one. */
    private List<AgentNames> running(AgentName agent) throws RpcException {
        List<AgentNames> runs = names.of(agent);
        if (runs.isEmpty()) {
            throw new RpcException(
                    EgressReason.NO_RULES,
                    agent + " does not run: write the place into its AGENT.toml",
                    EgressContract.AGENT.name());
        }
        return runs;
    }

    private static NetworkTarget target(AgentNames running, String text) throws RpcException {
        NetworkTarget target = AgentPolicy.target(text, running.slot(), EgressContract.TARGET.name());
        boolean isOne = !(target instanceof AddressTarget address)
                || (address.block().isOne() && address.ports().isOne());
        if (!isOne) {
            throw refused(target.text() + " is a range; name one address and one port");
        }
        return target;
    }

    private static NamedPort port(AddressTarget target) {
        return new NamedPort(
                target.block().toString(), target.transport(), target.ports().first());
    }

    private static RpcException refused(String problem) {
        return new RpcException(
                EgressReason.EGRESS_BAD_TARGET,
                EgressContract.TARGET.name() + ": " + problem,
                EgressContract.TARGET.name());
    }
}
