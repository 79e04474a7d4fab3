package dev.nullbox.egress;

import dev.nullbox.egress.RulesStore.Applied;
import dev.nullbox.egress.dns.NamedPort;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Table as egress has made it, to compare the kernel's listing with. Of the sets whose elements the kernel renews and
 * ends by itself it knows those that were ever added under the present policy: an element that is gone has ended, one that
 * was never added is somebody else's.
 */
final class KnownTable {
    /** Elements of one set that are remembered before those that the kernel has ended are dropped. */
    private static final int MANY = 2 * NftText.MAX_NAMED;

    private static final Pattern OWNER = Pattern.compile(" comment \"([A-Za-z0-9_-]+): ");

    private static final String CHAIN = TableRepair.CHAIN;
    private static final String MAP = "map ";
    private static final String SET = "set ";

    private final AgentNetwork network;
    private final int gateUser;
    private final RulesStore store;
    private final Map<AgentSlot, AgentName> agents = new LinkedHashMap<>();
    private final Map<String, Set<String>> admitted = new HashMap<>();
    private List<String> resolvers = List.of();

    KnownTable(AgentNetwork network, int gateUser, RulesStore store) {
        this.network = network;
        this.gateUser = gateUser;
        this.store = store;
    }

    /** Takes the agents and elements that a listing has, after a restart of egress. */
    void restore(TableListing listing) throws IOException {
        resolvers = listing.elements(SET + BaseTable.RESOLVERS);
        for (AgentSlot slot : store.slots()) {
            agents.put(slot, store.get(slot).agent());
        }
        for (String element : listing.elements(MAP + PacketPath.TO_WORLD.map())) {
            Optional<AgentSlot> slot = slot(element.replace("\"", "").replaceFirst(" .*", ""));
            if (slot.isPresent() && !agents.containsKey(slot.get())) {
                adopt(slot.get(), listing);
            }
        }
        for (AgentSlot slot : agents.keySet()) {
            for (String set : NftText.timedSets(slot)) {
                listing.elements(SET + set).forEach(element -> known(set).add(TableRepair.value(element)));
            }
        }
    }

    /** Takes an agent's rules as the kernel has them, when a crash kept them from the store. */
    private void adopt(AgentSlot slot, TableListing listing) throws IOException {
        Map<PacketPath, List<String>> chains = new LinkedHashMap<>();
        for (PacketPath path : PacketPath.values()) {
            chains.put(path, TableRepair.plain(listing.lines(CHAIN + path.chain(slot))));
        }
        Matcher owner = OWNER.matcher(String.join("\n", chains.getOrDefault(PacketPath.TO_WORLD, List.of())));
        Optional<AgentName> agent = owner.find() ? AgentName.find(owner.group(1)) : Optional.empty();
        if (agent.isPresent()) {
            put(new Applied(agent.get(), slot, chains));
        }
    }

    /** The agents that have rules. */
    Map<AgentSlot, AgentName> agents() {
        return Map.copyOf(agents);
    }

    void put(Applied rules) throws IOException {
        store.put(rules);
        agents.put(rules.slot(), rules.agent());
    }

    /** Drops an agent's rules and elements, before they change or go. */
    void forget(AgentSlot slot) throws IOException {
        agents.remove(slot);
        NftText.timedSets(slot).forEach(admitted::remove);
        store.remove(slot);
    }

    void resolvers(List<String> elements) {
        resolvers = List.copyOf(elements);
    }

    /** Remembers elements that are about to be added to a set. */
    void admit(String set, Collection<String> elements) {
        known(set).addAll(elements);
    }

    /** Tells whether a set's elements have become so many that {@link #retain} should drop those that ended. */
    boolean isFull(String set) {
        return known(set).size() > MANY;
    }

    /** Drops the elements of a set that a listing of it no longer has. */
    void retain(String set, TableListing listing) {
        Set<String> present = new HashSet<>();
        listing.elements(SET + set).forEach(element -> present.add(TableRepair.value(element)));
        known(set).retainAll(present);
    }

    /** Remembers no elements of a set but these. */
    void replace(String set, Collection<NamedPort> ports) {
        admitted.remove(set);
        admit(set, ports.stream().map(NftText::value).toList());
    }

    private Set<String> known(String set) {
        return admitted.computeIfAbsent(set, _ -> new HashSet<>());
    }

    private Optional<AgentSlot> slot(String interfaceName) {
        return AgentSlot.ofInterface(network, interfaceName);
    }

    /**
     * All that the table must have.
     *
     * @throws IOException when the store cannot be read
     */
    TableRepair.Expected expected() throws IOException {
        Map<String, List<String>> lines = new LinkedHashMap<>();
        Map<String, Set<String>> elements = new LinkedHashMap<>();
        BaseTable.sets().forEach((key, definition) -> lines.put(key, parts(definition)));
        for (BaseTable.Chain chain : BaseTable.chains(network, gateUser)) {
            List<String> all = new ArrayList<>(List.of(chain.spec()));
            all.addAll(chain.rules());
            lines.put(CHAIN + chain.name(), all);
        }
        elements.put(SET + BaseTable.RESOLVERS, Set.copyOf(resolvers));
        for (PacketPath path : PacketPath.values()) {
            elements.put(MAP + path.map(), new LinkedHashSet<>());
        }
        for (AgentSlot slot : agents.keySet()) {
            Applied rules = store.get(slot);
            NftText.sets(slot).forEach(set -> lines.put(SET + set, parts(NftText.definition(set))));
            for (PacketPath path : PacketPath.values()) {
                lines.put(CHAIN + path.chain(slot), rules.on(path));
                elements.computeIfAbsent(MAP + path.map(), _ -> new LinkedHashSet<>())
                        .add(NftText.verdict(path, slot));
            }
        }
        Map<String, Set<String>> possible = new LinkedHashMap<>();
        for (AgentSlot slot : agents.keySet()) {
            NftText.timedSets(slot).forEach(set -> possible.put(SET + set, Set.copyOf(known(set))));
        }
        return new TableRepair.Expected(lines, elements, possible);
    }

    private static List<String> parts(String definition) {
        return List.of(definition.strip().split("; ?"));
    }
}
