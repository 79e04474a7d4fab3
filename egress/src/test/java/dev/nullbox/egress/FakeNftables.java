package dev.nullbox.egress;

import dev.nullbox.natives.Nftables;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** A kernel's packet filter as far as {@link NftText} and {@link BaseTable} speak of it: chains and maps by name. */
final class FakeNftables implements Nftables {
    private static final String PREFIX = NftText.TABLE + " ";

    private final Map<String, List<String>> chains = new LinkedHashMap<>();
    private final Map<String, List<String>> maps = new LinkedHashMap<>();
    private final Map<String, List<String>> sets = new LinkedHashMap<>();
    private UnaryOperator<String> listings = listing -> listing;
    private int failing;
    private int runs;
    private String output = "";

    /** Fails the n-th command from now on, which then changes nothing; none when 0. */
    void failAt(int n) {
        failing = n;
        runs = 0;
    }

    int runs() {
        return runs;
    }

    /** Changes what is listed, not what is there. */
    void tamper(UnaryOperator<String> how) {
        listings = how;
    }

    /** Whether a chain or a place in a map is there for the slot. */
    boolean knows(AgentSlot slot) {
        String mark = slot.interfaceName() + "_";
        return chains.keySet().stream().anyMatch(chain -> chain.startsWith(mark))
                || sets.keySet().stream().anyMatch(set -> set.startsWith(mark))
                || maps.values().stream().anyMatch(map -> map.contains("\"" + slot.interfaceName() + "\""));
    }

    /** The elements of a set, as they were given. */
    List<String> elements(String set) {
        return List.copyOf(known(sets.get(set), set));
    }

    @Override
    public int runCmdFromBuffer(String commands) {
        runs++;
        output = "";
        if (runs == failing) {
            return -1;
        }
        commands.lines().forEach(this::run);
        return 0;
    }

    private void run(String command) {
        int table = command.indexOf(PREFIX);
        String verb = table < 0 ? command : command.substring(0, table - 1);
        String rest = table < 0 ? "" : command.substring(table + PREFIX.length());
        int space = rest.indexOf(' ');
        String name = space < 0 ? rest : rest.substring(0, space);
        String more = space < 0 ? "" : rest.substring(space + 1);
        if (sets.containsKey(name) && verb.endsWith(" element")) {
            element(verb, name, more);
            return;
        }
        switch (verb) {
            case "add table " + NftText.TABLE -> {}
            case "add map" -> maps.putIfAbsent(name, new ArrayList<>());
            case "add set" -> sets.putIfAbsent(name, new ArrayList<>());
            case "flush set" -> known(sets.get(name), name).clear();
            case "delete set" -> sets.remove(name);
            case "add chain" -> addChain(name, more);
            case "flush chain" -> flush(name);
            case "delete chain" -> chains.remove(name);
            case "add rule" -> chain(name).add(more);
            case "add element" -> add(map(name), more.substring(2, more.indexOf('"', 3) + 1));
            case "delete element" -> map(name).remove(more.substring(2, more.indexOf('"', 3) + 1));
            case "list chain" ->
                output = listings.apply("table {\n\tchain {\n\t\t" + String.join("\n\t\t", chain(name)));
            case "list map" -> output = listings.apply("map " + String.join(", ", map(name)));
            default -> throw new AssertionError(command);
        }
    }

    private void element(String verb, String set, String braces) {
        String value = braces.substring(2, braces.length() - 2);
        List<String> elements = known(sets.get(set), set);
        if (verb.startsWith("delete")) {
            elements.remove(value);
        } else {
            add(elements, value);
        }
    }

    private void addChain(String name, String spec) {
        List<String> lines = new ArrayList<>();
        if (!spec.isEmpty()) {
            lines.add(spec.substring(2, spec.length() - 2));
        }
        chains.putIfAbsent(name, lines);
    }

    private void flush(String name) {
        chain(name).removeIf(line -> !line.startsWith("type "));
    }

    private static void add(List<String> elements, String element) {
        if (!elements.contains(element)) {
            elements.add(element);
        }
    }

    private List<String> chain(String name) {
        return known(chains.get(name), name);
    }

    private List<String> map(String name) {
        return known(maps.get(name), name);
    }

    private static List<String> known(@org.jspecify.annotations.Nullable List<String> found, String name) {
        if (found == null) {
            throw new AssertionError("there is no " + name);
        }
        return found;
    }

    @Override
    public String outputBuffer() {
        return output;
    }

    @Override
    public String errorBuffer() {
        return "Error: no\nadd rule\n^^^";
    }

    @Override
    public void outputSetFlags(int flags) {
        throw new AssertionError("listings are read as text");
    }

    @Override
    public void setDryRun(boolean dryRun) {
        throw new AssertionError("what is not meant is not run");
    }

    @Override
    public void close() {}
}
