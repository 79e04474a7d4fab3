package dev.nullbox.egress;

import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.protocol.api.EgressReason;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.RpcException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The kernel's packet filter, through libnftables. Invariants: every change is one transaction and is read back; when
 * either fails, the agent has no rules. When another process has changed the table since the last transaction, it is
 * mended before anything else is done; when it cannot be, no agent reaches anything.
 */
final class Firewall implements AutoCloseable {
    /**
     * An agent whose rules are in force.
     *
     * @param agent its name
     * @param slot its interface and addresses
     * @param rules all of its rules as the kernel lists them
     */
    record Installed(AgentName agent, AgentSlot slot, List<String> rules) {}

    /** Counter of a rule in the kernel's listing; it changes, and is no part of the rule. */
    private static final Pattern COUNTER = Pattern.compile("counter packets (\\d+) bytes \\d+");

    /** An element of a set of refused connections. */
    private static final Pattern REFUSED =
            Pattern.compile("([0-9.]+) \\. (tcp|udp) \\. (\\d+) counter packets (\\d+) bytes");

    private static final Pattern QUOTED = Pattern.compile("\"([a-z0-9]+)\"");

    private final KernelTable table;
    private final AgentNetwork network;
    private final KnownTable known;

    Firewall(KernelTable table, AgentNetwork network) {
        this.table = table;
        this.network = network;
        this.known = table.known();
    }

    /** The network of all agents' addresses. */
    AgentNetwork network() {
        return network;
    }

    /**
     * Installs default drop, and the rules of agents that a former process has applied.
     *
     * @throws RpcException when the kernel refuses it or lists other rules; agents are then kept from the network
     */
    synchronized void start() throws RpcException {
        table.start();
    }

    /**
     * Mends the table if another process has changed it since the last transaction.
     *
     * @throws RpcException when it cannot be mended; agents are then kept from the network
     */
    synchronized void settle() throws RpcException {
        table.settle();
    }

    /**
     * Replaces all rules of a slot, whoever had it; those of the agent's runs in other slots stay.
     *
     * @throws RpcException when they are not in force; the agent then has none
     */
    synchronized void apply(RuleSet rules) throws RpcException {
        try {
            table.settle();
            forget(rules.slot());
            table.change(NftText.install(rules));
            for (PacketPath path : PacketPath.values()) {
                compare(path.chain(rules.slot()), NftText.lines(rules, path));
                if (!slots(path).contains(rules.slot())) {
                    throw new RpcException(
                            EgressReason.EGRESS_READ_BACK_DIFFERS,
                            rules.slot().interfaceName() + " is not in map " + path.map());
                }
            }
            put(RulesStore.Applied.of(rules));
        } catch (RpcException failure) {
            withdraw(rules, failure);
            throw failure;
        }
    }

    /**
     * Allows an agent to reach the addresses of an allowed name, for so long. Atomic with respect to {@link #apply},
     * which empties the set: addresses of a former policy's names are never left.
     *
     * @param isAllowed whether the policy that allows the name is still in force
     * @throws RpcException when it is not, or the kernel refuses it, as it does once the agent has too many; it then
     *     reaches none of them
     */
    synchronized void admit(AgentSlot slot, Collection<NamedPort> ports, Duration time, BooleanSupplier isAllowed)
            throws RpcException {
        if (!isAllowed.getAsBoolean()) {
            throw new RpcException(EgressReason.NO_RULES, "the policy has changed since the name was asked for");
        }
        if (!ports.isEmpty()) {
            table.settle();
            for (NamedPort port : ports) {
                remember(NftText.set(slot, port), List.of(NftText.value(port)));
            }
            remember(
                    NftText.addresses(slot),
                    ports.stream().map(NamedPort::address).toList());
            table.change(NftText.admit(slot, ports, time));
        }
    }

    /**
     * Allows an agent to reach ports for a time, which the kernel measures: egress may die meanwhile.
     *
     * @param isAllowed whether the agent's policy is still in force
     * @throws RpcException when it is not, or the kernel refuses it
     */
    synchronized void grant(AgentSlot slot, Collection<NamedPort> ports, Duration time, BooleanSupplier isAllowed)
            throws RpcException {
        if (!isAllowed.getAsBoolean()) {
            throw new RpcException(EgressReason.NO_RULES, "the agent's policy has changed meanwhile");
        }
        if (!ports.isEmpty()) {
            table.settle();
            for (NamedPort port : ports) {
                remember(NftText.grantedSet(slot, port), List.of(NftText.value(port)));
            }
            table.change(NftText.grant(slot, ports, time));
        }
    }

    /**
     * Revokes an agent's grants, except for some ports, in one transaction.
     *
     * @param left the time of each that stays
     * @throws RpcException when the kernel refuses it
     */
    synchronized void withdrawGrants(AgentSlot slot, Map<NamedPort, Duration> left) throws RpcException {
        StringBuilder text = new StringBuilder(NftText.withdrawGrants(slot));
        left.forEach((port, time) -> text.append(NftText.grant(slot, List.of(port), time)));
        table.settle();
        known.replace(
                NftText.granted(slot),
                left.keySet().stream().filter(port -> !port.isGated()).toList());
        known.replace(
                NftText.gated(slot, true),
                left.keySet().stream().filter(NamedPort::isGated).toList());
        table.change(text.toString());
    }

    /**
     * Allows egress to query these name servers, and no others.
     *
     * @throws RpcException when the kernel refuses it
     */
    synchronized void allowResolvers(List<InetSocketAddress> servers) throws RpcException {
        table.settle();
        known.resolvers(BaseTable.elements(servers));
        table.change(BaseTable.resolvers(servers));
    }

    /** Remembers elements before they are added, so that they are known for our own. */
    private void remember(String set, List<String> elements) throws RpcException {
        if (known.isFull(set)) {
            known.retain(set, table.listing());
        }
        known.admit(set, elements);
    }

    private void put(RulesStore.Applied rules) throws RpcException {
        try {
            known.put(rules);
        } catch (IOException e) {
            throw new RpcException(EgressReason.EGRESS_APPLY_FAILED, "its rules cannot be kept: " + e.getMessage());
        }
    }

    private void forget(AgentSlot slot) throws RpcException {
        try {
            known.forget(slot);
        } catch (IOException e) {
            throw new RpcException(
                    EgressReason.EGRESS_APPLY_FAILED, "its rules cannot be forgotten: " + e.getMessage());
        }
    }

    private void withdraw(RuleSet rules, RpcException failure) {
        try {
            table.change(NftText.remove(rules.slot()));
        } catch (RpcException second) {
            table.distrust();
            failure.addSuppressed(second);
        }
        try {
            forget(rules.slot());
        } catch (RpcException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Removes an agent's rules, and with them its open connections.
     *
     * @param only the slot of one of its runs; absent for all
     * @return whether it had any
     * @throws RpcException when they are still in force
     */
    synchronized boolean remove(AgentName agent, Optional<AgentSlot> only) throws RpcException {
        boolean found = false;
        for (Map.Entry<AgentSlot, AgentName> old : known.agents().entrySet()) {
            if (old.getValue().equals(agent) && (only.isEmpty() || only.get().equals(old.getKey()))) {
                forget(old.getKey());
                try {
                    table.change(NftText.remove(old.getKey()));
                } catch (RpcException refused) {
                    // What is not known is removed as foreign, once that can be done.
                    table.distrust();
                    throw refused;
                }
                if (slots(PacketPath.TO_WORLD).contains(old.getKey())) {
                    throw new RpcException(
                            EgressReason.EGRESS_READ_BACK_DIFFERS, "the rules of " + agent + " are still in force");
                }
                found = true;
            }
        }
        return found;
    }

    /** The agents whose rules are in force, by the kernel's listing. */
    synchronized List<Installed> installed() throws RpcException {
        List<Installed> installed = new ArrayList<>();
        for (AgentSlot slot : slots(PacketPath.TO_WORLD)) {
            List<String> rules = new ArrayList<>();
            for (PacketPath path : PacketPath.values()) {
                rules.addAll(list(path.chain(slot)));
            }
            installed.add(new Installed(owner(rules, slot), slot, rules));
        }
        return installed;
    }

    /** The agent in the comment of its first rule. */
    private static AgentName owner(List<String> rules, AgentSlot slot) throws RpcException {
        String mark = " comment \"";
        String first = rules.isEmpty() ? "" : rules.getFirst();
        int start = first.indexOf(mark) + mark.length();
        int end = first.indexOf(": ", start);
        if (start < mark.length() || end < 0) {
            throw new RpcException(
                    EgressReason.EGRESS_READ_BACK_DIFFERS, slot.interfaceName() + " has rules that are not ours");
        }
        return new AgentName(first.substring(start, end));
    }

    private List<AgentSlot> slots(PacketPath path) throws RpcException {
        String listing = table.query("list map " + NftText.TABLE + " " + path.map() + "\n");
        List<AgentSlot> slots = new ArrayList<>();
        int quote = listing.indexOf('"');
        while (quote >= 0) {
            int end = listing.indexOf('"', quote + 1);
            Optional<AgentSlot> slot =
                    end < 0 ? Optional.empty() : AgentSlot.ofInterface(network, listing.substring(quote + 1, end));
            if (slot.isEmpty()) {
                throw new RpcException(
                        EgressReason.EGRESS_READ_BACK_DIFFERS,
                        "map " + path.map() + " holds what is no agent's interface");
            }
            slots.add(slot.get());
            quote = listing.indexOf('"', end + 1);
        }
        return slots;
    }

    private void compare(String chain, List<String> expected) throws RpcException {
        List<String> got = TableRepair.plain(list(chain));
        if (!got.equals(expected)) {
            throw new RpcException(
                    EgressReason.EGRESS_READ_BACK_DIFFERS,
                    "chain " + chain + " was given " + expected + " and the kernel lists " + got);
        }
    }

    /** Packets that a rule has counted; absent for a rule without a counter. */
    static Optional<Long> packets(String rule) {
        Matcher counter = COUNTER.matcher(rule);
        return counter.find() ? Optional.of(Long.parseLong(counter.group(1))) : Optional.empty();
    }

    /**
     * Slots of agents with refusals within the last seconds.
     *
     * @throws RpcException when the kernel does not list them
     */
    synchronized List<AgentSlot> refusing() throws RpcException {
        String listing = table.query("list set " + NftText.TABLE + " " + BaseTable.REFUSING + "\n");
        return QUOTED.matcher(listing)
                .results()
                .flatMap(name -> AgentSlot.ofInterface(network, name.group(1)).stream())
                .toList();
    }

    /**
     * Packets of each refused connection of a slot's agent within the last minutes.
     *
     * @throws RpcException when the kernel does not list them
     */
    synchronized Map<NamedPort, Long> refused(AgentSlot slot) throws RpcException {
        Map<NamedPort, Long> refused = new LinkedHashMap<>();
        Matcher element =
                REFUSED.matcher(table.query("list set " + NftText.TABLE + " " + NftText.refused(slot) + "\n"));
        while (element.find()) {
            Transport transport = element.group(2).equals("tcp") ? Transport.TCP : Transport.UDP;
            int port = Integer.parseInt(element.group(3));
            refused.put(new NamedPort(element.group(1), transport, port), Long.parseLong(element.group(4)));
        }
        return refused;
    }

    /** Tells whether a name of an agent stands for a port now. */
    synchronized boolean isNamed(AgentSlot slot, NamedPort port) throws RpcException {
        String element = NftText.value(port) + " ";
        return table.query("list set " + NftText.TABLE + " " + NftText.set(slot, port) + "\n")
                .contains(element);
    }

    /** The lines between the braces of a chain's listing. */
    private List<String> list(String chain) throws RpcException {
        String prefix = "\t\t";
        return table.query("list chain " + NftText.TABLE + " " + chain + "\n")
                .lines()
                .filter(line -> line.startsWith(prefix))
                .map(String::strip)
                .toList();
    }

    @Override
    public void close() {
        table.close();
    }
}
