package dev.nullbox.egress;

import dev.nullbox.egress.dns.AgentNames;
import dev.nullbox.egress.dns.AgentNamesStore;
import dev.nullbox.egress.dns.Grants;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.manifest.network.NetworkTarget.AddressTarget;
import dev.nullbox.manifest.network.NetworkTarget.NameTarget;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Answers to operators about what agents may reach, from their entries and the kernel's counters. */
record PolicyView(Firewall firewall, AgentNamesStore names, RefusalEvents refusals, Grants grants) {
    private static final String ALLOWS = ": AGENT.toml allows ";
    private static final String REFUSED_AT_ONCE = "EHOSTUNREACH at once (ICMP: administratively prohibited)";

    /** The agents whose rules are in force, with the counters of each rule. */
    List<Message> list() throws RpcException {
        return firewall.installed().stream().map(this::message).toList();
    }

    private Message message(Firewall.Installed installed) {
        List<Message> entries = new ArrayList<>();
        names.at(installed.slot())
                .ifPresent(known -> known.allow()
                        .forEach(target -> entries.add(
                                entry(installed, target).and(EgressContract.SECRETS, secrets(known, target)))));
        for (Grants.Grant grant : grants.of(installed.slot())) {
            entries.add(Message.of(
                    EgressContract.ENTRY.is(grant.target().text()),
                    EgressContract.KIND.is(grant.target().kind().text()),
                    EgressContract.LEFT.is(grants.left(grant).toSeconds())));
        }
        List<Message> stops = new ArrayList<>();
        for (String rule : installed.rules()) {
            boolean isStop = rule.contains(" drop comment ") || rule.contains(" reject with ");
            if (isStop) {
                Firewall.packets(rule)
                        .ifPresent(packets -> stops.add(
                                Message.of(Fields.REASON.is(reason(rule)), EgressContract.PACKETS.is(packets))));
            }
        }
        return Message.of(
                Fields.AGENT.is(installed.agent().value()),
                EgressContract.INTERFACE.is(installed.slot().interfaceName()),
                Fields.ADDRESS.is(installed.slot().address()),
                EgressContract.ENTRIES.is(entries),
                EgressContract.STOPS.is(stops),
                EgressContract.RULE_TEXTS.is(installed.rules()));
    }

    /** The rule's comment, after the agent's name. */
    private static String reason(String rule) {
        String comment = rule.substring(rule.indexOf(" comment \"") + " comment \"".length(), rule.length() - 1);
        return comment.substring(comment.indexOf(": ") + 2);
    }

    private Message entry(Firewall.Installed installed, NetworkTarget target) {
        Message entry = Message.of(
                EgressContract.ENTRY.is(target.text()),
                EgressContract.KIND.is(target.kind().text()));
        return switch (target) {
            case NameTarget name -> entry.and(EgressContract.ANSWERS.is(refusals.answers(installed.agent(), name)));
            case AddressTarget _ -> {
                Optional<Long> packets = installed.rules().stream()
                        .filter(rule -> rule.endsWith(ALLOWS + target.text() + "\""))
                        .findFirst()
                        .flatMap(Firewall::packets);
                yield packets.isEmpty() ? entry : entry.and(EgressContract.PACKETS.is(packets.get()));
            }
        };
    }

    /**
     * The entry that decides about a target, and the answer that the agent gets there.
     *
     * @throws RpcException when the agent has no rules, or the kernel does not list them
     */
    Message explain(AgentName agent, String text) throws RpcException {
        AgentNames known = names.of(agent).stream()
                .findFirst()
                .orElseThrow(() -> new RpcException(
                        EgressReason.NO_RULES,
                        "there are no rules for " + agent + ": it does not run, so it reaches nothing",
                        EgressContract.AGENT.name()));
        NetworkTarget asked;
        try {
            asked = NetworkTarget.parse(text);
        } catch (InvalidValueException nobodys) {
            return denied(nobodys.problem() + "; " + nobodys.remedy(), "nothing: it is no place of the network");
        }
        Optional<Grants.Grant> granted = grants.of(known.slot()).stream()
                .filter(grant -> grant.target().covers(asked))
                .findFirst();
        if (granted.isPresent()) {
            NetworkTarget target = granted.get().target();
            String reason =
                    "an operator allowed it, for " + grants.left(granted.get()).toSeconds() + " s more";
            return allowed(target, reason, target instanceof NameTarget name ? told(name) : "whatever is served there");
        }
        return switch (asked) {
            case AddressTarget address -> explain(known, address);
            case NameTarget name -> explain(known, name);
        };
    }

    private Message explain(AgentNames known, AddressTarget asked) throws RpcException {
        AgentNetwork network = firewall.network();
        if (network.overlaps(asked.block().first().getAddress(), asked.block().prefix())) {
            return denied(network + " is the agents' own network: agents do not reach each other", REFUSED_AT_ONCE);
        }
        Optional<NetworkTarget> entry = deciding(known, asked);
        if (entry.isPresent()) {
            return allowed(entry.get(), "the entry has this address and port", "whatever is served there");
        }
        String address = asked.block().toString();
        Optional<String> name = refusals.nameOf(known.agent(), address);
        NamedPort port = new NamedPort(address, asked.transport(), asked.ports().first());
        boolean isOne = asked.block().isOne() && asked.ports().isOne();
        boolean isRaw = isOne && firewall.isNamed(known.slot(), port);
        if (isRaw || (isOne && firewall.isNamed(known.slot(), gated(port)))) {
            String said = name.orElse("a name");
            Message allowed = Message.of(
                    EgressContract.ALLOWED.is(true),
                    Fields.REASON.is(said + ", which an entry allows, stands for this address now"),
                    EgressContract.TOLD.is(
                            isRaw
                                    ? "whatever is served there, under any name"
                                    : "what is served there under an allowed name: the gate closes any other connection"));
            return name.flatMap(known::entryOf)
                    .map(target -> allowed.and(EgressContract.ENTRY.is(target.text())))
                    .orElse(allowed);
        }
        String reason = "no entry has this address and port, and no allowed name that was asked for stands for it";
        return denied(reason, REFUSED_AT_ONCE).and(EgressContract.ALLOWED_BY.is("allow = [\"" + asked.text() + "\"]"));
    }

    private static NamedPort gated(NamedPort port) {
        return new NamedPort(port.address(), port.transport(), port.port(), true);
    }

    private static String told(NameTarget name) {
        return switch (name.kind()) {
            case TLS ->
                "the name's addresses, and there the gate passes TLS with this server name, and closes all else";
            case HTTP -> "the name's addresses, and there the gate passes HTTP for this host, and closes all else";
            case RAW, ADDRESS, RANGE -> "the name's addresses, and whatever is served there under any name";
        };
    }

    private static Message explain(AgentNames known, NameTarget asked) {
        Optional<NetworkTarget> entry = known.allow().stream()
                .filter(target -> target instanceof NameTarget name
                        && name.covers(asked.name().value())
                        && name.port() == asked.port()
                        && name.transport() == asked.transport())
                .findFirst();
        if (entry.isPresent() && entry.get() instanceof NameTarget name) {
            Optional<List<String>> secrets = secrets(known, name);
            return allowed(
                            name,
                            name.to().isEmpty()
                                    ? "the entry has this name and port; its public addresses are admitted when it is asked for"
                                    : "the entry has this name and port; its addresses within `to` are admitted when it is asked for",
                            secrets.isEmpty()
                                    ? told(name)
                                    : "the name's addresses, and there the gate opens TLS with this server name, puts "
                                            + String.join(", ", secrets.get()) + " in, and closes all else")
                    .and(EgressContract.SECRETS, secrets);
        }
        Optional<NetworkTarget> other = known.entryOf(asked.name().value());
        Message denied = other.isPresent()
                ? denied("an entry has this name at another port", "the name's addresses, and there " + REFUSED_AT_ONCE)
                        .and(EgressContract.ENTRY.is(other.get().text()))
                : denied(
                        "no entry has this name",
                        "NXDOMAIN at once (extended error 15: blocked); nobody outside is asked");
        return denied.and(EgressContract.ALLOWED_BY.is("allow = [\"" + asked.text() + "\"]"));
    }

    /** Names of the secrets that the gate puts in. */
    private static Optional<List<String>> secrets(AgentNames known, NetworkTarget target) {
        return Optional.of(known.secretsOf(target)).filter(names -> !names.isEmpty());
    }

    private static Optional<NetworkTarget> deciding(AgentNames known, NetworkTarget asked) {
        return known.allow().stream().filter(target -> target.covers(asked)).findFirst();
    }

    private static Message allowed(NetworkTarget entry, String reason, String told) {
        return Message.of(
                EgressContract.ALLOWED.is(true),
                Fields.REASON.is(reason),
                EgressContract.TOLD.is(told),
                EgressContract.ENTRY.is(entry.text()),
                EgressContract.KIND.is(entry.kind().text()));
    }

    private static Message denied(String reason, String told) {
        return Message.of(EgressContract.ALLOWED.is(false), Fields.REASON.is(reason), EgressContract.TOLD.is(told));
    }
}
