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
import dev.nullbox.manifest.NetworkTarget.Transport;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.List;

/**
 * Rules in nft's language, each with its reason as its comment. Every word comes from a checked type; rules are spelled
 * as nft lists them, so that they can be read back. Source: nft(8).
 */
public final class NftText {
    static final String TABLE = "inet nullbox";

    private NftText() {}

    /** The transaction that replaces all rules of a slot by an agent's. */
    public static String install(RuleSet rules) {
        StringBuilder text = new StringBuilder();
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
        return text.toString();
    }

    /** The rules of one path, a line each. */
    static List<String> lines(RuleSet rules, PacketPath path) {
        return rules.on(path).stream()
                .map(rule -> line(rule, rules.agent(), rules.slot()))
                .toList();
    }

    private static void element(StringBuilder text, String verb, PacketPath path, AgentSlot slot) {
        text.append(verb).append(" element ").append(TABLE).append(' ').append(path.map());
        text.append(" { \"").append(slot.interfaceName()).append("\" : goto ");
        text.append(path.chain(slot)).append(" }\n");
    }

    private static String line(EgressRule rule, AgentName agent, AgentSlot slot) {
        return switch (rule) {
            case DropForeignSource(var own) ->
                "ip saddr != " + own + " drop" + comment(agent, "a source address that is not its own");
            case AllowTo(var address, var transport, var port) ->
                "ip daddr " + address + " " + transport.text() + " dport " + port + " accept"
                        + comment(agent, "AGENT.toml allows " + address + ":" + port + suffix(transport));
            case AllowAnswer(var address, var transport, var port) ->
                "ip saddr " + address + " " + transport.text() + " sport " + port
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers from " + address + ":" + port + suffix(transport));
            case AllowUnreachable() ->
                "ct state related icmp type destination-unreachable accept"
                        + comment(agent, "path MTU and dead hosts, of its own connections");
            case LimitConnections(var most) ->
                "ct state new ct count over " + most + " drop"
                        + comment(agent, "the table of connections is everyone's: " + most + " at once");
            case AllowToService(var gateway, var port, var name) ->
                "ip daddr " + gateway + " tcp dport " + port + " accept" + comment(agent, name);
            case AllowServiceAnswer(var gateway, var port, var name) ->
                "ip saddr " + gateway + " ip daddr " + slot.address() + " tcp sport " + port
                        + " ct state established ct direction reply accept"
                        + comment(agent, "answers of " + name);
            case AllowPing(var address, var perSecond) ->
                "ip daddr " + address + " icmp type echo-request limit rate " + perSecond + "/second burst " + perSecond
                        + " packets accept" + comment(agent, "echo requests to " + address);
            case AllowPingAnswer(var address) ->
                "ip saddr " + address + " icmp type echo-reply ct state established ct direction reply accept"
                        + comment(agent, "echo replies of " + address);
            case DropRest() -> "drop" + comment(agent, "all that AGENT.toml does not allow");
        };
    }

    private static String suffix(Transport transport) {
        return transport == Transport.UDP ? "/udp" : "";
    }

    private static String comment(AgentName agent, String reason) {
        return " comment \"" + agent.value() + ": " + reason + "\"";
    }
}
