package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.AgentNamesStore;
import dev.nullbox.egress.dns.Bindings;
import dev.nullbox.egress.dns.Grants;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.egress.dns.Opening;
import dev.nullbox.egress.dns.Resolver;
import dev.nullbox.manifest.network.NetworkTarget.Kind;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Decisions for the gate: whether a connection may pass by the name that it states.
 *
 * @param resolver asks the name servers whether a name stands for an address now
 */
record GateMethods(
        AgentNamesStore names,
        Grants grants,
        Bindings bindings,
        NameResolver resolver,
        RefusalEvents refusals,
        Revision revision) {
    private static final Set<String> CALLERS = Set.of(Audience.ROOT, Audience.GATE);
    private static final Duration WAIT = Duration.ofSeconds(20);

    /** Question to the name servers. */
    @FunctionalInterface
    interface NameResolver {
        /** Tells whether the name stands for the address. */
        boolean stands(AgentNames agent, String name, String address);
    }

    List<RpcMethod> methods() {
        return List.of(
                RpcMethod.of(EgressContract.PASS, CALLERS, (_, request) -> pass(request)),
                RpcMethod.of(EgressContract.REVISED, CALLERS, (_, request) -> revised(request)));
    }

    private Message revised(Message request) throws RpcException {
        try {
            return Message.of(EgressContract.REVISION.is(revision.await(request.get(EgressContract.REVISION), WAIT)));
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            throw new RpcException(CallReason.HUNG_UP, "egress ends");
        }
    }

    private Message pass(Message request) {
        Optional<AgentNames> agent = address(request.get(Fields.ADDRESS)).flatMap(names::at);
        Optional<InetAddress> destination = address(request.get(EgressContract.DESTINATION));
        if (agent.isEmpty() || destination.isEmpty()) {
            return answer(Optional.of("no agent with rules has this address"));
        }
        NamedPort port =
                new NamedPort(destination.get().getHostAddress(), Transport.TCP, request.getInt(Fields.PORT), true);
        Optional<String> name = request.find(Fields.NAME);
        Optional<Kind> kind = request.find(EgressContract.KIND).flatMap(GateMethods::kind);
        Optional<String> denial = name.isEmpty() || kind.isEmpty()
                ? Optional.of(request.find(Fields.WHY).orElse("it states no name"))
                : denial(agent.get(), name.get(), kind.get(), destination.get(), port);
        if (denial.isPresent() && !request.get(EgressContract.AGAIN)) {
            refusals.closed(agent.get().agent(), port, name, kind, denial.get());
        }
        Message answer = answer(denial);
        return denial.isEmpty() && kind.filter(Kind.TLS::equals).isPresent()
                ? answer.and(EgressContract.OPEN, open(agent.get(), name.orElseThrow(), port))
                : answer;
    }

    /** What the gate needs to open the connection, where a secret is to be put in. */
    private static Optional<Message> open(AgentNames agent, String name, NamedPort port) {
        List<Opening.Opened> opened =
                agent.opening().map(one -> one.at(name, port.port())).orElse(List.of());
        if (opened.isEmpty()) {
            return Optional.empty();
        }
        Opening opening = agent.opening().orElseThrow();
        List<Message> secrets = opened.stream()
                .map(one -> Message.of(
                        EgressContract.SECRET.is(one.secret()),
                        EgressContract.AS.is(one.as()),
                        EgressContract.PLACEHOLDER.is(one.placeholder())))
                .toList();
        String authorities = opened.stream().flatMap(one -> one.ca().stream()).collect(Collectors.joining("\n"));
        return Optional.of(Message.of(
                        Fields.AGENT.is(agent.agent().value()),
                        Fields.RUN.is(opening.run()),
                        EgressContract.AUTHORITY.is(opening.authority()),
                        EgressContract.AUTHORITY_KEY.is(opening.key()),
                        EgressContract.PUT_IN.is(secrets))
                .and(EgressContract.CA, Optional.of(authorities).filter(pem -> !pem.isEmpty())));
    }

    private static Message answer(Optional<String> denial) {
        return Message.of(
                EgressContract.ALLOWED.is(denial.isEmpty()), Fields.REASON.is(denial.orElse("an entry has this name")));
    }

    /** The reason against it, if there is one. */
    private Optional<String> denial(AgentNames agent, String name, Kind kind, InetAddress destination, NamedPort port) {
        List<NameTarget> entries = new ArrayList<>(agent.covering(name));
        for (Grants.Grant grant : grants.of(agent.slot())) {
            if (grant.target() instanceof NameTarget target && target.covers(name)) {
                entries.add(target);
            }
        }
        entries.removeIf(entry -> entry.transport() != Transport.TCP || entry.port() != port.port());
        if (entries.isEmpty()) {
            return Optional.of(Resolver.NOT_ALLOWED);
        }
        entries.removeIf(entry -> entry.kind() != kind);
        if (entries.isEmpty()) {
            return Optional.of("AGENT.toml allows this name and port, and not for " + kind.text());
        }
        boolean isBound = entries.stream().anyMatch(entry -> entry.admits(destination))
                && (bindings.holds(agent.agent(), name, port.address())
                        || resolver.stands(agent, name, port.address()));
        return isBound ? Optional.empty() : Optional.of(RefusalEvents.NOT_BOUND);
    }

    private static Optional<Kind> kind(String word) {
        try {
            return Optional.of(Kind.ofName(word)).filter(Kind::isGated);
        } catch (InvalidValueException none) {
            return Optional.empty();
        }
    }

    private static Optional<InetAddress> address(String text) {
        try {
            return Optional.of(InetAddress.ofLiteral(text)).filter(Inet4Address.class::isInstance);
        } catch (IllegalArgumentException none) {
            return Optional.empty();
        }
    }
}
