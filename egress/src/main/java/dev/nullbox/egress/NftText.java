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
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import java.time.Duration;
import java.util.Collection;
import java.util.List;

/**
 * Renderer of rules in nft's language, each with its reason as its comment. Every word comes from a checked type; rules
 * are spelled as nft lists them, so that they can be read back. Source: nft(8).
 */
public final class NftText {
    static final String TABLE = "inet nullbox";
    static final int DNS_PORT = 53;
    static final int TIME_PORT = 123;

    /** Requests of a client that has just started. */
    private static final int TIME_BURST = 16;

    /** Command that changes nothing and has the transaction counted, where it might be empty otherwise. */
    static final String COUNTED = "add chain " + TABLE + " input\n";

    /** Most addresses of names that an agent has at once; the resolver's next one is refused. */
    static final int MAX_NAMED = 4096;

    /** Time for which an address of a name stays reachable after the last packet of a connection to it. */
    static final Duration IDLE = Duration.ofMinutes(5);

    private static final String ADDRESS_SET = "_addresses";
    private static final String PORT_SET = "_ports";
    private static final String REFUSED_SET = "_refused";
    private static final String GRANTED_SET = "_granted";
    private static final String GATED_SET = "_gated";
    private static final String GATED_GRANTED_SET = "_gated_granted";

    /** Where a redirected connection went at first: what nft calls the tuple of its original direction. */
    private static final String ORIGINAL = "ct original ip daddr . meta l4proto . ct original proto-dst";

    private static final String TARGET = "ct original ip daddr . ct original proto-dst";

    /** Most refused targets of one agent that are recorded within the last minutes; the rest are counted together. */
    private static final int MAX_REFUSED = 512;

    private static final Duration REFUSED_FOR = Duration.ofMinutes(10);

    private NftText() {}

    /** The transaction that replaces all rules of a slot by an agent's. */
    public static String install(RuleSet rules) {
        StringBuilder text = new StringBuilder();
        // A new policy removes the addresses of the former one's names.
        sets(text, "flush", rules.slot());
        for (PacketPath path : PacketPath.values()) {
            String chain = path.chain(rules.slot());
            text.append("add chain ").append(TABLE).append(' ').append(chain).append('\n');
            text.append("flush chain ").append(TABLE).append(' ').append(chain).append('\n');
            for (String line : lines(rules, path)) {
                text.append("add rule ").append(TABLE).append(' ').append(chain).append(' ');
                text.append(line).append('\n');
            }
            element(text, "add", path, rules.slot());
        }
        return text.toString();
    }

    /** The transaction that removes all rules of a slot; it need not have any. */
    public static String remove(AgentSlot slot) {
        StringBuilder text = new StringBuilder();
        for (PacketPath path : PacketPath.values()) {
            String chain = path.chain(slot);
            text.append("add chain ").append(TABLE).append(' ').append(chain).append('\n');
            element(text, "add", path, slot);
            text.append("delete element ").append(TABLE).append(' ').append(path.map());
            text.append(" { \"").append(slot.interfaceName()).append("\" }\n");
            text.append("flush chain ").append(TABLE).append(' ').append(chain).append('\n');
            text.append("delete chain ").append(TABLE).append(' ').append(chain).append('\n');
        }
        sets(text, "delete", slot);
        return text.toString();
    }

    /** The transaction that lets an agent reach ports of addresses for so long, or renews them. */
    static String admit(AgentSlot slot, Collection<NamedPort> named, Duration time) {
        StringBuilder text = new StringBuilder();
        for (NamedPort port : named) {
            renew(text, set(slot, port), value(port), time);
            renew(text, addresses(slot), port.address(), time);
        }
        return text.toString();
    }

    /** An element's time counts from its creation: it is therefore created anew, within one transaction. */
    private static void renew(StringBuilder text, String set, String value, Duration time) {
        String place = " element " + TABLE + " " + set + " { " + value;
        text.append("add").append(place).append(" }\n");
        text.append("delete").append(place).append(" }\n");
        text.append("add")
                .append(place)
                .append(" timeout ")
                .append(time.toSeconds())
                .append("s }\n");
    }

    /** Set of the addresses and ports of allowed names. */
    static String ports(AgentSlot slot) {
        return slot.interfaceName() + PORT_SET;
    }

    /** Set of these addresses alone, for echo requests. */
    static String addresses(AgentSlot slot) {
        return slot.interfaceName() + ADDRESS_SET;
    }

    /** Set of targets that are granted for a time, which no packet renews. */
    static String granted(AgentSlot slot) {
        return slot.interfaceName() + GRANTED_SET;
    }

    /** The transaction that grants ports to an agent for so long, whatever they were granted for before. */
    static String grant(AgentSlot slot, Collection<NamedPort> ports, Duration time) {
        StringBuilder text = new StringBuilder();
        ports.forEach(port -> renew(text, grantedSet(slot, port), value(port), time));
        return text.toString();
    }

    /** The set of what a name stands for that a port is in. */
    static String set(AgentSlot slot, NamedPort port) {
        return port.isGated() ? gated(slot, false) : ports(slot);
    }

    /** The set of grants that a port is in. */
    static String grantedSet(AgentSlot slot, NamedPort port) {
        return port.isGated() ? gated(slot, true) : granted(slot);
    }

    /** Set of the addresses and ports of names that pass the gate, or of granted ones, which no packet renews. */
    static String gated(AgentSlot slot, boolean isGranted) {
        return slot.interfaceName() + (isGranted ? GATED_GRANTED_SET : GATED_SET);
    }

    /** The transaction that empties the sets of grants. */
    static String withdrawGrants(AgentSlot slot) {
        return COUNTED + "flush set " + TABLE + " " + granted(slot) + "\nflush set " + TABLE + " " + gated(slot, true)
                + "\n";
    }

    /** A port as an element. */
    static String value(NamedPort port) {
        return port.address() + " . " + port.transport().text() + " . " + port.port();
    }

    /** Set of refused connections, each with a count. */
    static String refused(AgentSlot slot) {
        return slot.interfaceName() + REFUSED_SET;
    }

    /** The sets of a slot whose elements the kernel ends by itself, and egress alone adds. */
    static List<String> timedSets(AgentSlot slot) {
        return List.of(ports(slot), addresses(slot), granted(slot), gated(slot, false), gated(slot, true));
    }

    /** All sets of a slot. */
    static List<String> sets(AgentSlot slot) {
        return List.of(
                ports(slot), addresses(slot), refused(slot), granted(slot), gated(slot, false), gated(slot, true));
    }

    /** Definition of a slot's set, its parts in the order in which nft lists them. */
    static String definition(String set) {
        String type = set.endsWith(ADDRESS_SET) ? "ipv4_addr" : "ipv4_addr . inet_proto . inet_service";
        boolean isRefused = set.endsWith(REFUSED_SET);
        return "type " + type + "; size " + (isRefused ? MAX_REFUSED : MAX_NAMED) + "; flags dynamic,timeout; "
                + (isRefused ? "timeout " + minutes(REFUSED_FOR) + "; " : "");
    }

    /** Creates the slot's sets if missing, then flushes or deletes them. */
    private static void sets(StringBuilder text, String verb, AgentSlot slot) {
        for (String set : sets(slot)) {
            text.append("add set ")
                    .append(TABLE)
                    .append(' ')
                    .append(set)
                    .append(" { ")
                    .append(definition(set))
                    .append("}\n");
            text.append(verb)
                    .append(" set ")
                    .append(TABLE)
                    .append(' ')
                    .append(set)
                    .append('\n');
        }
    }

    /** The rules of one path, a line each. */
    static List<String> lines(RuleSet rules, PacketPath path) {
        return rules.on(path).stream()
                .map(rule -> line(rule, rules.agent(), rules.slot()))
                .toList();
    }

    private static void element(StringBuilder text, String verb, PacketPath path, AgentSlot slot) {
        text.append(verb).append(" element ").append(TABLE).append(' ').append(path.map());
        text.append(" { ").append(verdict(path, slot)).append(" }\n");
    }

    /** A slot's element of a path's map. */
    static String verdict(PacketPath path, AgentSlot slot) {
        return "\"" + slot.interfaceName() + "\" : goto " + path.chain(slot);
    }

    private static String line(EgressRule rule, AgentName agent, AgentSlot slot) {
        return switch (rule) {
            case DropForeignSource(var own) ->
                "ip saddr != " + own + " counter drop" + comment(agent, "a source address that is not its own");
            case AllowTo(var block, var transport, var ports) ->
                "ip daddr " + block + " " + transport.text() + " dport " + ports + " counter accept"
                        + comment(agent, "AGENT.toml allows " + block + ":" + ports + suffix(transport));
            case AllowAnswer(var block, var transport, var ports) ->
                "ip saddr " + block + " " + transport.text() + " sport " + ports
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers from " + block + ":" + ports + suffix(transport));
            case AllowToNamed() ->
                "ip daddr . meta l4proto . th dport @" + ports(slot) + " update @" + ports(slot)
                        + " { ip daddr . meta l4proto . th dport timeout " + minutes(IDLE) + " } counter accept"
                        + comment(agent, "what names that AGENT.toml allows stand for");
            case AllowNamedAnswer() ->
                "ip saddr . meta l4proto . th sport @" + ports(slot)
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers from what names stand for");
            case AllowPingNamed(var perSecond) ->
                "ip daddr @" + addresses(slot) + " icmp type echo-request limit rate " + perSecond + "/second burst "
                        + perSecond + " packets accept" + comment(agent, "echo requests to what names stand for");
            case AllowNamedPingAnswer() ->
                "ip saddr @" + addresses(slot)
                        + " icmp type echo-reply ct state established ct direction reply accept"
                        + comment(agent, "echo replies of what names stand for");
            case AllowToResolver(var gateway, var transport) ->
                "ip daddr " + gateway + " " + transport.text() + " dport " + DNS_PORT + " accept"
                        + comment(agent, "the resolver");
            case AllowResolverAnswer(var gateway, var transport) ->
                "ip saddr " + gateway + " ip daddr " + slot.address() + " " + transport.text() + " sport " + DNS_PORT
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers of the resolver");
            case AllowToTime(var gateway, var perSecond) ->
                "ip daddr " + gateway + " udp dport " + TIME_PORT + " limit rate " + perSecond + "/second burst "
                        + TIME_BURST + " packets accept" + comment(agent, "time");
            case AllowTimeAnswer(var gateway) ->
                "ip saddr " + gateway + " ip daddr " + slot.address() + " udp sport " + TIME_PORT
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers with the time");
            case AllowRefusal() ->
                "ip daddr " + slot.address() + " ct state related accept"
                        + comment(agent, "it is told what is refused");
            case AllowToGranted() ->
                "ip daddr . meta l4proto . th dport @" + granted(slot) + " counter accept"
                        + comment(agent, "allowed for a time");
            case AllowGrantedAnswer() ->
                "ip saddr . meta l4proto . th sport @" + granted(slot)
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers from what is allowed for a time");
            case KeepRefused() ->
                "meta l4proto { tcp, udp } update @" + refused(slot) + " { ip daddr . meta l4proto . th dport counter }"
                        + comment(agent, "kept for the operator, with a count");
            case MarkRefused() ->
                "update @" + BaseTable.REFUSING + " { iifname }" + comment(agent, "its refusals are read next");
            case RefuseTcp() ->
                "ct state != new meta l4proto tcp counter reject with tcp reset"
                        + comment(agent, "connections that AGENT.toml no longer allows");
            case RefuseRest() ->
                "counter reject with icmpx admin-prohibited" + comment(agent, "all that AGENT.toml does not allow");
            case AllowUnreachable() ->
                "ct state related icmp type destination-unreachable accept"
                        + comment(agent, "path MTU and dead hosts, of its own connections");
            case LimitConnections(var most) ->
                "ct state new ct count over " + most + " counter drop"
                        + comment(agent, "the table of connections is everyone's: " + most + " at once");
            case LimitQuestions(var gateway, var most) ->
                "ip daddr " + gateway + " udp dport " + DNS_PORT + " ct state new ct count over " + most
                        + " counter drop" + comment(agent, "questions for names: " + most + " at once");
            case AllowToService(var gateway, var port, var name) ->
                "ip daddr " + gateway + " tcp dport " + port + " accept" + comment(agent, name);
            case AllowServiceAnswer(var gateway, var port, var name) ->
                "ip saddr " + gateway + " ip daddr " + slot.address() + " tcp sport " + port
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers of " + name);
            case AllowPing(var block, var perSecond) ->
                "ip daddr " + block + " icmp type echo-request limit rate " + perSecond + "/second burst " + perSecond
                        + " packets accept" + comment(agent, "echo requests to " + block);
            case AllowPingAnswer(var block) ->
                "ip saddr " + block + " icmp type echo-reply ct state established ct direction reply accept"
                        + comment(agent, "echo replies of " + block);
            case PassByGate(var block, var ports) ->
                "ip daddr " + block + " tcp dport " + ports + " accept"
                        + comment(agent, "AGENT.toml allows " + block + ":" + ports + " by address");
            case PassByGateNamed(var isGranted) ->
                "ip daddr . meta l4proto . th dport @" + (isGranted ? granted(slot) : ports(slot)) + " accept"
                        + comment(agent, isGranted ? "allowed for a time by address" : "names that are allowed raw");
            case RedirectToGate(var isGranted) ->
                "ip daddr . meta l4proto . tcp dport @" + gated(slot, isGranted) + " counter redirect to :"
                        + AgentSlot.GATE_PORT
                        + comment(agent, "the gate reads the name" + (isGranted ? ", allowed for a time" : ""));
            case LimitGated(var most) ->
                "tcp dport " + AgentSlot.GATE_PORT + " ct state new ct count over " + most + " counter drop"
                        + comment(agent, "connections through the gate: " + most + " at once");
            case AllowToGate(var isGranted) ->
                "tcp dport " + AgentSlot.GATE_PORT + " " + ORIGINAL + " @" + gated(slot, isGranted)
                        + (isGranted
                                ? ""
                                : " update @" + gated(slot, false) + " { " + ORIGINAL + " timeout " + minutes(IDLE)
                                        + " }")
                        + " update @" + BaseTable.GATE_TARGETS + " { " + TARGET + " } counter accept"
                        + comment(agent, "through the gate" + (isGranted ? ", allowed for a time" : ""));
            case AllowGateAnswer(var gateway, var isGranted) ->
                "ip saddr " + gateway + " ip daddr " + slot.address() + " tcp sport " + AgentSlot.GATE_PORT + " "
                        + ORIGINAL + " @" + gated(slot, isGranted) + " ct state established ct direction reply accept"
                        + comment(agent, "answers of the gate" + (isGranted ? ", allowed for a time" : ""));
            case DropRest() -> "drop" + comment(agent, "all that AGENT.toml does not allow");
        };
    }

    private static String minutes(Duration time) {
        return time.toMinutes() + "m";
    }

    private static String suffix(Transport transport) {
        return transport == Transport.UDP ? "/udp" : "";
    }

    private static String comment(AgentName agent, String reason) {
        return " comment \"" + agent.value() + ": " + reason + "\"";
    }
}
