package dev.nullbox.egress;

import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Comparison of the kernel's table with the one that egress has made, and the transactions that end the differences.
 * Nothing of a listing but counters and the time of elements that egress itself added goes into a transaction.
 */
final class TableRepair {
    static final String CHAIN = "chain ";

    private static final Pattern COUNTER = Pattern.compile("counter packets \\d+ bytes \\d+");

    /** Element that an agent's names or grants have, with its time. */
    private static final Pattern ELEMENT =
            Pattern.compile("([0-9.]+(?: \\. (?:tcp|udp) \\. \\d+)?)(?: timeout [0-9a-z]+)?(?: expires ([0-9a-z]+))?");

    private final AgentNetwork network;
    private final int gateUser;
    private final Expected expected;
    private final TableListing listing;
    private final Set<String> foreign = new LinkedHashSet<>();
    private final Set<String> broken = new LinkedHashSet<>();
    private final Map<String, List<String>> unknown = new LinkedHashMap<>();
    private final Map<String, List<String>> lacking = new LinkedHashMap<>();
    private final List<String> differences = new ArrayList<>();

    /**
     * All that a table must have, by the listing's keys.
     *
     * @param lines rules and definitions of objects
     * @param elements of sets and maps whose elements do not end by themselves
     * @param possible elements of the other sets, those that ended among them
     */
    record Expected(
            Map<String, List<String>> lines, Map<String, Set<String>> elements, Map<String, Set<String>> possible) {}

    TableRepair(AgentNetwork network, int gateUser, Expected expected, TableListing listing) {
        this.network = network;
        this.gateUser = gateUser;
        this.expected = expected;
        this.listing = listing;
        compare();
    }

    /** Each difference in words; none when the table is as it must be. */
    List<String> differences() {
        return List.copyOf(differences);
    }

    /** Rules without the numbers of their counters, which are no part of them. */
    static List<String> plain(List<String> rules) {
        return rules.stream().map(TableRepair::plain).toList();
    }

    private static String plain(String rule) {
        return COUNTER.matcher(rule).replaceFirst("counter");
    }

    /** An element without its time. */
    static String value(String element) {
        Matcher plain = ELEMENT.matcher(element);
        return plain.matches() ? plain.group(1) : element;
    }

    private void compare() {
        listing.flags().forEach(flag -> differences.add("the table has: " + flag));
        for (String key : listing.entries().keySet()) {
            if (!expected.lines().containsKey(key)) {
                foreign.add(key);
                differences.add(key + " is not of egress");
            }
        }
        expected.lines().forEach((key, lines) -> {
            List<String> listed = plain(listing.lines(key));
            if (!listing.has(key)) {
                broken.add(key);
                differences.add(key + " is missing");
            } else if (!listed.equals(lines)) {
                broken.add(key);
                differences.add(key + difference(lines, listed));
            }
        });
        expected.elements().forEach((key, elements) -> {
            note(unknown, key, listing.elements(key), elements, " has the element ");
            note(lacking, key, elements, listing.elements(key), " lacks the element ");
        });
        expected.possible().forEach((key, elements) -> {
            List<String> listed =
                    listing.elements(key).stream().map(TableRepair::value).toList();
            note(unknown, key, listed, elements, " has the element ");
        });
    }

    private void note(
            Map<String, List<String>> found,
            String key,
            Collection<String> all,
            Collection<String> without,
            String words) {
        List<String> others =
                all.stream().filter(element -> !without.contains(element)).toList();
        if (!others.isEmpty()) {
            found.put(key, others);
            others.forEach(element -> differences.add(key + words + element));
        }
    }

    private static String difference(List<String> lines, List<String> listed) {
        for (String line : listed) {
            if (!lines.contains(line)) {
                return " has: " + line;
            }
        }
        for (String line : lines) {
            if (!listed.contains(line)) {
                return " lacks: " + line;
            }
        }
        return " has its rules in another order or number";
    }

    /** The transaction that mends what differs and leaves all else as it is; empty when only {@link #rebuild} can. */
    Optional<String> mend() {
        if (listing.entries().isEmpty() || broken.stream().anyMatch(BaseTable.sets()::containsKey)) {
            return Optional.empty();
        }
        Set<String> chains = new LinkedHashSet<>();
        Set<String> sets = new LinkedHashSet<>();
        for (String key : broken) {
            (key.startsWith(CHAIN) ? chains : sets).add(key);
            slot(key).ifPresent(slot -> {
                for (PacketPath path : PacketPath.values()) {
                    chains.add(CHAIN + path.chain(slot));
                }
            });
        }
        Script script = new Script().line("add table " + NftText.TABLE);
        // Nothing may refer to what is deleted.
        foreign.stream().filter(key -> key.startsWith(CHAIN)).forEach(key -> script.on("flush", key));
        chains.stream().filter(listing::has).forEach(key -> script.on("flush", key));
        unknown.forEach((key, elements) ->
                elements.forEach(element -> script.element("delete", key, element.replaceFirst(" : .*", ""))));
        foreign.stream().filter(key -> !key.startsWith(CHAIN)).forEach(key -> script.on("delete", key));
        foreign.stream().filter(key -> key.startsWith(CHAIN)).forEach(key -> script.on("delete", key));
        sets.stream().filter(listing::has).forEach(key -> script.on("delete", key));
        sets.forEach(key -> define(script, key));
        chains.forEach(key -> define(script, key));
        chains.forEach(key -> rules(script, key));
        lacking.forEach((key, elements) -> elements.forEach(element -> script.element("add", key, element)));
        return Optional.of(script.toString());
    }

    /** The transaction that makes the table anew, with those of its elements that are ours. */
    String rebuild() {
        Script script = new Script().line("add table " + NftText.TABLE).line("delete table " + NftText.TABLE);
        script.line(BaseTable.install(network, gateUser).strip());
        List<String> agents = expected.lines().keySet().stream()
                .filter(key -> slot(key).isPresent())
                .toList();
        agents.forEach(key -> define(script, key));
        agents.stream().filter(key -> key.startsWith(CHAIN)).forEach(key -> rules(script, key));
        expected.elements()
                .forEach((key, elements) -> elements.forEach(element -> script.element("add", key, element)));
        expected.possible().forEach((key, elements) -> {
            for (String element : listing.elements(key)) {
                Matcher timed = ELEMENT.matcher(element);
                if (timed.matches() && timed.group(2) != null && elements.contains(timed.group(1))) {
                    script.element("add", key, timed.group(1) + " timeout " + timed.group(2));
                }
            }
        });
        return script.toString();
    }

    /** The slot whose chain or set it is; none of the base table's. */
    private Optional<AgentSlot> slot(String key) {
        return AgentSlot.ofInterface(network, name(key).replaceFirst("_.*", ""));
    }

    private List<String> lines(String key) {
        return expected.lines().getOrDefault(key, List.of());
    }

    private void define(Script script, String key) {
        List<String> lines = lines(key);
        if (!key.startsWith(CHAIN)) {
            script.add(key, "{ " + String.join("; ", lines) + "; }");
        } else {
            boolean isBase = !lines.isEmpty() && isHook(lines.getFirst());
            script.add(key, isBase ? "{ " + lines.getFirst() + " }" : "");
        }
    }

    private static boolean isHook(String line) {
        return line.startsWith("type ");
    }

    /** The rules of a chain; those that are listed keep the numbers of their counters. */
    private void rules(Script script, String key) {
        Map<String, String> counted = new HashMap<>();
        listing.lines(key).forEach(rule -> counted.put(plain(rule), rule));
        for (String rule : lines(key)) {
            if (!isHook(rule)) {
                script.line("add rule " + NftText.TABLE + " " + name(key) + " " + counted.getOrDefault(rule, rule));
            }
        }
    }

    private static String name(String key) {
        return key.substring(key.lastIndexOf(' ') + 1);
    }

    private static String kind(String key) {
        return key.substring(0, Math.max(0, key.lastIndexOf(' ')));
    }

    /** Commands of one transaction. */
    private static final class Script {
        private final StringBuilder text = new StringBuilder();

        Script line(String command) {
            text.append(command).append('\n');
            return this;
        }

        Script add(String key, String more) {
            return line(("add " + kind(key) + " " + NftText.TABLE + " " + name(key) + " " + more).strip());
        }

        Script on(String verb, String key) {
            return line(verb + " " + kind(key) + " " + NftText.TABLE + " " + name(key));
        }

        Script element(String verb, String key, String element) {
            return line(verb + " element " + NftText.TABLE + " " + name(key) + " { " + element + " }");
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
