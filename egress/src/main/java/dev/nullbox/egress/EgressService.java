package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.AgentNamesStore;
import dev.nullbox.egress.dns.Opening;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.EventSink;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Methods of egress.sock, over one firewall. */
record EgressService(
        Firewall firewall,
        AgentNamesStore names,
        RefusalEvents refusals,
        RefusedConnections connections,
        GrantMethods grants,
        GateMethods gate,
        EventSink events) {
    List<RpcMethod> methods() {
        return Stream.concat(operatorsAndHost().stream(), gate.methods().stream())
                .toList();
    }

    private List<RpcMethod> operatorsAndHost() {
        PolicyView view = new PolicyView(firewall, names, refusals, grants.grants());
        return List.of(
                RpcMethod.of(EgressContract.ADD, (_, request) -> add(request)),
                RpcMethod.of(EgressContract.REMOVE, (_, request) -> remove(request)),
                RpcMethod.of(EgressContract.LIST, (_, _) -> view.list()),
                RpcMethod.of(
                        EgressContract.EXPLAIN,
                        (_, request) ->
                                view.explain(request.get(EgressContract.AGENT), request.get(EgressContract.TARGET))),
                RpcMethod.of(
                        EgressContract.GRANT,
                        (_, request) -> grants.allow(
                                request.get(EgressContract.AGENT),
                                request.get(EgressContract.TARGET),
                                Duration.ofSeconds(request.get(EgressContract.SECONDS)))),
                RpcMethod.of(
                        EgressContract.WITHDRAW,
                        (_, request) ->
                                grants.withdraw(request.get(EgressContract.AGENT), request.get(EgressContract.TARGET))),
                RpcMethod.of(EgressContract.REFUSED, (_, request) -> refusals(request.get(EgressContract.AGENT))));
    }

    private Message add(Message request) throws RpcException {
        AgentName agent = request.get(EgressContract.AGENT);
        AgentSlot slot = slot(request.get(EgressContract.INTERFACE));
        agree(request, Fields.ADDRESS, slot.address());
        agree(request, EgressContract.GATEWAY, slot.gateway());
        AgentPolicy.Ports ports = new AgentPolicy.Ports(
                request.getInt(EgressContract.MEMORY_PORT),
                request.find(EgressContract.API_PORT).map(Math::toIntExact));
        AgentPolicy policy = AgentPolicy.of(agent, slot, ports, request.get(EgressContract.ALLOW));
        Optional<Opening> opening = opening(request, policy);
        RuleSet rules = RuleSet.compile(policy);
        Message size = Message.of(EgressContract.RULES.is((long) rules.size()));
        events.emit(EgressContract.AGENT_ADDED, size.and(Fields.AGENT.is(agent.value())));
        // Before the new rules: an answer in progress is then not admitted into their sets.
        forget(slot);
        firewall.apply(rules);
        connections.forget(slot);
        AgentNames places = new AgentNames(agent, slot, policy.allow(), opening);
        refusals.began(places, !names.of(agent).isEmpty());
        remember(places);
        gate.revision().change();
        String digest = Sha256.hex(NftText.install(rules).getBytes(StandardCharsets.UTF_8));
        events.emit(EgressContract.APPLIED, Fields.AGENT.is(agent.value()), EgressContract.RULESET.is(digest));
        return size;
    }

    private static Optional<Opening> opening(Message request, AgentPolicy policy) throws RpcException {
        Optional<Message> stated = request.find(EgressContract.OPENING);
        if (stated.isEmpty()) {
            return Optional.empty();
        }
        try {
            Opening opening = Opening.of(stated.get());
            for (Opening.Opened one : opening.opened()) {
                if (!policy.allow().contains(one.target())) {
                    throw new InvalidValueException(one.target().text() + " is not in allow", "add it there");
                }
            }
            return Optional.of(opening);
        } catch (InvalidValueException invalid) {
            throw new RpcException(
                    EgressReason.EGRESS_BAD_TARGET,
                    EgressContract.OPENING + ": " + invalid.problem() + "; " + invalid.remedy(),
                    EgressContract.OPENING.name());
        }
    }

    /** Stores the agent's names. Without that it would lose them when egress restarts: on failure it has no rules. */
    private void remember(AgentNames agent) throws RpcException {
        try {
            names.put(agent);
        } catch (IOException e) {
            var _ = firewall.remove(agent.agent(), Optional.of(agent.slot()));
            throw new RpcException(EgressReason.EGRESS_APPLY_FAILED, "its names cannot be kept: " + e.getMessage());
        }
    }

    /** Refusals of an agent, up to this moment. */
    private Message refusals(AgentName agent) throws RpcException {
        for (AgentNames running : names.of(agent)) {
            connections.look(running.slot());
        }
        return refusals.of(agent);
    }

    /** Removes the rules of an agent's run, by its interface, or of all its runs; another agent's stay. */
    private Message remove(Message request) throws RpcException {
        AgentName agent = request.get(EgressContract.AGENT);
        Optional<String> link = request.find(EgressContract.INTERFACE);
        Optional<AgentSlot> only = link.isPresent() ? Optional.of(slot(link.get())) : Optional.empty();
        for (AgentNames running : names.of(agent)) {
            if (only.isEmpty() || only.get().equals(running.slot())) {
                connections.end(running.slot());
                forget(running.slot());
            }
        }
        boolean removed = firewall.remove(agent, only);
        gate.revision().change();
        if (removed) {
            events.emit(EgressContract.AGENT_REMOVED, Fields.AGENT.is(agent.value()));
        }
        return Message.of(EgressContract.REMOVED.is(removed));
    }

    /** Forgets the names and places of a slot's agent, which may have been another one before. */
    private void forget(AgentSlot slot) throws RpcException {
        try {
            Optional<AgentNames> known = names.at(slot);
            if (known.isPresent()) {
                grants.clear(known.get());
                gate.bindings().forget(known.get().agent());
            }
            names.remove(slot);
        } catch (IOException e) {
            throw new RpcException(
                    EgressReason.EGRESS_APPLY_FAILED, "its names cannot be forgotten: " + e.getMessage());
        }
    }

    private AgentSlot slot(String link) throws RpcException {
        return AgentSlot.ofInterface(firewall.network(), link)
                .orElseThrow(() -> badAgent(EgressContract.INTERFACE, "is not nb1 to nb" + AgentSlot.MAX));
    }

    private static void agree(Message request, Field<String> field, String expected) throws RpcException {
        if (!request.get(field).equals(expected)) {
            throw badAgent(field, "must be " + expected + " on that interface");
        }
    }

    private static RpcException badAgent(Field<?> field, String problem) {
        return new RpcException(EgressReason.EGRESS_BAD_AGENT, field + ": " + problem, field.name());
    }
}
