package dev.nullbox.egress;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Table as {@code nft list table} prints it.
 *
 * @param flags lines of the table itself, such as {@code flags dormant}
 * @param entries chains, sets, maps and others by kind and name, such as {@code chain input}
 */
record TableListing(List<String> flags, Map<String, Entry> entries) {
    /** The listing of a table that is not there. */
    static final TableListing NONE = new TableListing(List.of(), Map.of());

    private static final String ELEMENTS = "elements = { ";

    /**
     * Chain, set, map or other object.
     *
     * @param lines its definition and rules, in their order
     * @param elements of a set or map, as listed
     */
    record Entry(List<String> lines, List<String> elements) {
        Entry {
            lines = List.copyOf(lines);
            elements = List.copyOf(elements);
        }
    }

    TableListing {
        flags = List.copyOf(flags);
        entries = Map.copyOf(entries);
    }

    /** Reads a listing. Text that nft does not print becomes an entry or line that no table should have. */
    static TableListing parse(String listing) {
        List<String> flags = new ArrayList<>();
        Map<String, Entry> entries = new LinkedHashMap<>();
        String name = "";
        List<String> lines = new ArrayList<>();
        for (String line : listing.lines().toList()) {
            boolean isInside = line.startsWith("\t\t");
            String text = line.strip();
            if (isInside) {
                lines.add(text);
            } else if (line.startsWith("\t") && text.endsWith(" {")) {
                name = text.substring(0, text.length() - 2);
                lines.clear();
            } else if (line.startsWith("\t") && text.equals("}")) {
                entries.put(name, entry(lines));
            } else if (line.startsWith("\t") && !text.isEmpty()) {
                flags.add(text);
            }
        }
        return new TableListing(flags, entries);
    }

    /** Elements are the last lines of a set or map, and may be many on a line. */
    private static Entry entry(List<String> lines) {
        List<String> own = new ArrayList<>();
        List<String> elements = new ArrayList<>();
        boolean isElements = false;
        for (String line : lines) {
            if (!isElements && !line.startsWith(ELEMENTS)) {
                own.add(withoutComment(line));
                continue;
            }
            String text = isElements ? line : line.substring(ELEMENTS.length());
            isElements = true;
            int end = text.endsWith(" }") ? text.length() - " }".length() : text.length();
            for (String element : text.substring(0, end).split(",", -1)) {
                if (!element.isBlank()) {
                    elements.add(element.strip());
                }
            }
        }
        return new Entry(own, elements);
    }

    /** A set's size, to which nft adds the number of elements. */
    private static String withoutComment(String line) {
        int hash = line.startsWith("size ") ? line.indexOf('#') : -1;
        return hash < 0 ? line : line.substring(0, hash).strip();
    }

    boolean has(String key) {
        return entries.containsKey(key);
    }

    List<String> lines(String key) {
        Entry entry = entries.get(key);
        return entry == null ? List.of() : entry.lines();
    }

    List<String> elements(String key) {
        Entry entry = entries.get(key);
        return entry == null ? List.of() : entry.elements();
    }
}
