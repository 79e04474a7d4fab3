package dev.nullbox.egress;

import dev.nullbox.natives.Nftables;
import dev.nullbox.protocol.id.AgentSlot;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** A kernel's packet filter as far as egress speaks of it: tables of chains, sets and maps by kind and name. */
final class FakeNftables implements Nftables, KernelTable.Generation {
    private static final Pattern COMMAND = Pattern.compile(
            "(add|flush|delete|list) (table|map|set|chain|rule|element) (inet \\w+)(?: (\\S+))?(?: (.*))?");

    private Map<String, Map<String, Kept>> tables = new LinkedHashMap<>();
    private UnaryOperator<String> listings = listing -> listing;
    private int failing;
    private int runs;
    private int generation = 1;
    private String output = "";
    private String complaint = "";

    /**
     * An object of a table.
     *
     * @param definition within its braces; of a chain without a hook empty
     * @param content rules or elements
     */
    private record Kept(String definition, List<String> content) {
        Kept copy() {
            return new Kept(definition, new ArrayList<>(content));
        }
    }

    /** A command that the kernel does not take. */
    private static final class RefusedException extends RuntimeException {
        private static final long serialVersionUID = 1;

        RefusedException(String message) {
            super(message);
        }
    }

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

    /** Runs commands of another process. */
    void byOthers(String commands) {
        if (runCmdFromBuffer(commands.replace(" && ", "\n")) != 0) {
            throw new AssertionError(complaint);
        }
        runs--;
    }

    @Override
    public int read() {
        return generation;
    }

    /** Whether a chain or a place in a map is there for the slot. */
    boolean knows(AgentSlot slot) {
        String name = slot.interfaceName();
        return table(NftText.TABLE).entrySet().stream()
                .anyMatch(entry -> entry.getKey().contains(" " + name + "_")
                        || entry.getValue().content().stream().anyMatch(line -> line.startsWith("\"" + name + "\"")));
    }

    /** Whether a table of that name is there. */
    boolean hasTable(String name) {
        return tables.containsKey("inet " + name);
    }

    /** The elements of a set, as they were given. */
    List<String> elements(String set) {
        return List.copyOf(object(NftText.TABLE, "set " + set).content());
    }

    @Override
    public int runCmdFromBuffer(String commands) {
        runs++;
        output = "";
        complaint = "Error: no\nadd rule\n^^^";
        if (runs == failing) {
            return -1;
        }
        Map<String, Map<String, Kept>> before = new LinkedHashMap<>();
        tables.forEach((name, table) -> {
            Map<String, Kept> copy = new LinkedHashMap<>();
            table.forEach((key, kept) -> copy.put(key, kept.copy()));
            before.put(name, copy);
        });
        try {
            commands.lines().forEach(this::run);
        } catch (RefusedException refused) {
            tables = before;
            complaint = "Error: " + refused.getMessage();
            return -1;
        }
        generation += commands.startsWith("list ") ? 0 : 1;
        return 0;
    }

    private void run(String line) {
        Matcher command = COMMAND.matcher(line.strip());
        if (!command.matches()) {
            throw new AssertionError(line);
        }
        String table = command.group(3);
        String kind = command.group(2);
        String name = command.group(4) == null ? "" : command.group(4);
        String more = command.group(5) == null ? "" : command.group(5);
        String key = kind + " " + name;
        switch (command.group(1) + " " + kind) {
            case "add table" -> tables.putIfAbsent(table, new LinkedHashMap<>());
            case "delete table" -> tables.remove(table);
            case "list table" -> output = listings.apply(listing(table));
            case "add map", "add set", "add chain" ->
                table(table).putIfAbsent(key, new Kept(within(more), new ArrayList<>()));
            case "delete map", "delete set", "delete chain" -> {
                object(table, key);
                table(table).remove(key);
            }
            case "flush set", "flush chain" -> object(table, key).content().clear();
            case "add rule" -> object(table, "chain " + name).content().add(more);
            case "add element" -> {
                List<String> elements = container(table, name).content();
                elements.remove(within(more));
                elements.add(within(more));
            }
            case "delete element" -> {
                List<String> elements = container(table, name).content();
                String value = within(more).replaceFirst(" : .*", "");
                elements.removeIf(element -> element.equals(value) || element.startsWith(value + " : "));
            }
            case "list chain" ->
                output = listings.apply("table {\n\tchain {\n\t\t" + String.join("\n\t\t", lines(object(table, key))));
            case "list map" ->
                output = listings.apply("map "
                        + String.join(
                                ", ",
                                object(table, key).content().stream()
                                        .map(element -> element.replaceFirst(" : .*", ""))
                                        .toList()));
            default -> throw new AssertionError(line);
        }
    }

    private static String within(String braces) {
        return braces.startsWith("{ ")
                ? braces.substring(2, braces.length() - 1).strip()
                : braces;
    }

    private static List<String> lines(Kept chain) {
        List<String> lines = new ArrayList<>();
        if (!chain.definition().isEmpty()) {
            lines.add(chain.definition());
        }
        lines.addAll(chain.content());
        return lines;
    }

    private String listing(String name) {
        StringBuilder text = new StringBuilder("table " + name + " {\n");
        table(name).forEach((key, kept) -> {
            text.append('\t').append(key).append(" {\n");
            if (key.startsWith("chain ")) {
                lines(kept).forEach(line -> text.append("\t\t").append(line).append('\n'));
            } else {
                for (String part : List.of(kept.definition().strip().split("; ?"))) {
                    text.append("\t\t").append(part).append('\n');
                }
                if (!kept.content().isEmpty()) {
                    text.append("\t\telements = { ")
                            .append(kept.content().stream()
                                    .map(element -> element.replaceFirst(" timeout (\\w+)", " timeout $1 expires $1"))
                                    .collect(Collectors.joining(",\n\t\t\t     ")))
                            .append(" }\n");
                }
            }
            text.append("\t}\n\n");
        });
        return text.append("}\n").toString();
    }

    private Map<String, Kept> table(String name) {
        Map<String, Kept> table = tables.get(name);
        if (table == null) {
            throw new RefusedException("No such file or directory");
        }
        return table;
    }

    private Kept container(String table, String name) {
        Kept set = table(table).get("set " + name);
        return set == null ? object(table, "map " + name) : set;
    }

    private Kept object(String table, String key) {
        Kept kept = table(table).get(key);
        if (kept == null) {
            throw new RefusedException("No such file or directory; " + key);
        }
        return kept;
    }

    @Override
    public String outputBuffer() {
        return output;
    }

    @Override
    public String errorBuffer() {
        return complaint;
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
