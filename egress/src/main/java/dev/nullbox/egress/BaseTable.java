package dev.nullbox.egress;

import dev.nullbox.protocol.api.GatewayContract;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Base table of rules that hold before and beside any agent's: nothing passes.
 */
final class BaseTable {
    /**
     * Chain on a hook of the kernel.
     *
     * @param name the hook's name as well
     * @param spec as nft lists it
     * @param rules as nft lists them
     */
    record Chain(String name, String spec, List<String> rules) {}

    /** Set of the name servers that egress queries: addresses and ports. */
    static final String RESOLVERS = "resolvers";

    /** Set of the interfaces of agents with refusals within the last seconds. */
    static final String REFUSING = "refusing";

    /** Table that stands while the other one cannot be mended. */
    private static final String CLOSED = NftText.TABLE + "_closed";

    /**
     * Set of the addresses and ports that the gate may connect to: those that agents' packets were redirected from within
     * the last minutes.
     */
    static final String GATE_TARGETS = "gate_targets";

    private static final int MOST_GATE_TARGETS = 65_536;

    private BaseTable() {}

    /** Sets and maps by kind and name, each with its definition, whose parts are in the order in which nft lists them. */
    static Map<String, String> sets() {
        Map<String, String> sets = new LinkedHashMap<>();
        for (PacketPath path : PacketPath.values()) {
            sets.put("map " + path.map(), "type ifname : verdict; ");
        }
        sets.put("set " + RESOLVERS, "type ipv4_addr . inet_service; ");
        sets.put("set " + REFUSING, "type ifname; size " + AgentSlot.MAX + "; flags dynamic,timeout; timeout 10s; ");
        sets.put(
                "set " + GATE_TARGETS,
                "type ipv4_addr . inet_service; size " + MOST_GATE_TARGETS + "; flags dynamic,timeout; timeout "
                        + NftText.IDLE.toMinutes() + "m; ");
        return sets;
    }

    /** Name servers as elements of their set. */
    static List<String> elements(List<InetSocketAddress> servers) {
        return servers.stream()
                .map(server -> server.getAddress().getHostAddress() + " . " + server.getPort())
                .toList();
    }

    /** The transaction that replaces the set of name servers. */
    static String resolvers(List<InetSocketAddress> servers) {
        StringBuilder text = new StringBuilder(NftText.COUNTED)
                .append("flush set ")
                .append(NftText.TABLE)
                .append(' ')
                .append(RESOLVERS)
                .append('\n');
        for (String server : elements(servers)) {
            text.append("add element ")
                    .append(NftText.TABLE)
                    .append(' ')
                    .append(RESOLVERS)
                    .append(" { ")
                    .append(server)
                    .append(" }\n");
        }
        return text.toString();
    }

    static List<Chain> chains(AgentNetwork network, int gateUser) {
        return List.of(
                new Chain(
                        "input",
                        "type filter hook input priority filter; policy drop;",
                        List.of(
                                rule("iifname \"lo\" accept", "the host talks to itself"),
                                rule("ct state invalid drop", "belongs to no connection"),
                                rule("iifname vmap @to_host", "an agent reaches what its own chain allows"),
                                rule("iifname \"nb*\" drop", "an agent without rules reaches nothing"),
                                rule("ct state established accept", "answers to the host, and to its operator"),
                                rule(
                                        "meta nfproto ipv4 udp sport 67 udp dport 68 accept",
                                        "DHCP: the lease of the uplink"),
                                rule(
                                        "meta nfproto ipv4 tcp dport " + GatewayContract.PORT + " accept",
                                        "the gateway, which asks for a client certificate"))),
                new Chain(
                        "forward",
                        "type filter hook forward priority filter; policy drop;",
                        List.of(
                                rule("ct state invalid drop", "belongs to no connection"),
                                rule(
                                        "iifname \"nb*\" oifname \"nb*\" reject with icmpx admin-prohibited",
                                        "agents do not reach each other"),
                                rule("iifname vmap @to_world", "an agent reaches what its own chain allows"),
                                rule("oifname vmap @from_world", "and is answered by that"))),
                new Chain(
                        "output",
                        "type filter hook output priority filter; policy drop;",
                        List.of(
                                rule("oifname \"lo\" accept", "the host talks to itself"),
                                rule("oifname vmap @from_host", "its memory answers an agent"),
                                rule("oifname \"nb*\" drop", "the host opens no connection to an agent"),
                                rule("ct state established accept", "answers to the operator"),
                                rule("ip daddr . udp dport @" + RESOLVERS + " accept", "names that agents ask for"),
                                rule("ip daddr . tcp dport @" + RESOLVERS + " accept", "and answers that are long"),
                                rule(
                                        "meta skuid " + gateUser + " ip daddr . tcp dport @" + GATE_TARGETS + " accept",
                                        "the gate, on behalf of agents"),
                                rule(
                                        "meta nfproto ipv4 udp sport 68 udp dport 67 accept",
                                        "DHCP: the lease of the uplink"))),
                new Chain(
                        "prerouting",
                        "type nat hook prerouting priority dstnat; policy accept;",
                        List.of(
                                rule("fib daddr type local accept", "the host's own addresses are behind no name"),
                                rule("iifname vmap @to_gate", "an agent's connections to names go to the gate"))),
                new Chain(
                        "postrouting",
                        "type nat hook postrouting priority srcnat; policy accept;",
                        List.of(rule(
                                "iifname \"nb*\" oifname != \"nb*\" ip saddr " + network + " masquerade",
                                "agents' addresses mean nothing outside"))));
    }

    /** The transaction that installs the table, and leaves agents' chains and elements as they are. */
    static String install(AgentNetwork network, int gateUser) {
        return install(NftText.TABLE, network, gateUser);
    }

    /**
     * The transaction that closes the network: a second table of the same base, without an agent or name server. What
     * either table drops is dropped.
     */
    static String close(AgentNetwork network, int gateUser) {
        return install(CLOSED, network, gateUser);
    }

    private static String install(String table, AgentNetwork network, int gateUser) {
        StringBuilder text = new StringBuilder("add table ").append(table).append('\n');
        sets().forEach((key, definition) -> text.append("add ")
                .append(key.replace(" ", " " + table + " "))
                .append(" { ")
                .append(definition)
                .append("}\n"));
        for (Chain chain : chains(network, gateUser)) {
            String name = table + " " + chain.name();
            text.append("add chain ")
                    .append(name)
                    .append(" { ")
                    .append(chain.spec())
                    .append(" }\n");
            text.append("flush chain ").append(name).append('\n');
            for (String rule : chain.rules()) {
                text.append("add rule ").append(name).append(' ').append(rule).append('\n');
            }
        }
        return text.toString();
    }

    /** The transaction that ends {@link #close}. */
    static String open() {
        return "add table " + CLOSED + "\ndelete table " + CLOSED + "\n";
    }

    private static String rule(String rule, String reason) {
        return rule + " comment \"" + reason + "\"";
    }
}
