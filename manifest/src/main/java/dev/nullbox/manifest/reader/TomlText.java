package dev.nullbox.manifest.reader;

import com.moandjiezana.toml.Toml;
import dev.nullbox.protocol.id.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Text that toml4j reads in place of an AGENT.toml, and the resulting tree. It has the same tables and values, but
 * numbers in place of strings and of keys that toml4j misreads: those that are quoted, dotted or long.
 */
final class TomlText {
    /** Prefix of a key that stands for a number. */
    private static final String NUMBERED = "__";

    /** The key of a string that stands for a table. */
    private static final String WRAPPED = NUMBERED + "s";

    private static final int MAX_BARE = 64;

    private final StringBuilder plain = new StringBuilder();
    private final List<String> strings = new ArrayList<>();
    private final List<List<String>> keys = new ArrayList<>();

    /** Adds punctuation or a scalar unchanged. */
    void token(String token) {
        plain.append(token);
    }

    void string(String value) {
        plain.append('\'').append(strings.size()).append('\'');
        strings.add(value);
    }

    /** The length so far: where the next token begins. */
    int length() {
        return plain.length();
    }

    /** Makes a table of each string that begins at one of these places, in their order: toml4j takes no array of both. */
    void wrap(List<Integer> starts) {
        for (int start : starts.reversed()) {
            plain.insert(plain.indexOf("'", start + 1) + 1, "}").insert(start, "{" + WRAPPED + " = ");
        }
    }

    void key(List<String> parts) {
        if (parts.size() == 1 && isBare(parts.getFirst())) {
            plain.append(parts.getFirst());
        } else {
            plain.append(NUMBERED).append(keys.size());
            keys.add(List.copyOf(parts));
        }
    }

    void header(List<String> parts) {
        plain.append('[');
        for (int i = 0; i < parts.size(); i++) {
            plain.append(i > 0 ? "." : "");
            key(parts.subList(i, i + 1));
        }
        plain.append("]\n");
    }

    private static boolean isBare(String key) {
        return !key.isEmpty() && key.length() <= MAX_BARE && Text.consistsOf(key, "_-") && !key.startsWith(NUMBERED);
    }

    /** The tree that toml4j reads, with its strings and keys. */
    Map<String, Object> tree() {
        return table(new Toml().read(plain.toString()).toMap());
    }

    private Map<String, Object> table(Map<?, ?> read) {
        Map<String, Object> table = new LinkedHashMap<>();
        read.forEach((name, value) -> put(table, parts(String.valueOf(name)), value(value)));
        return table;
    }

    private List<String> parts(String key) {
        return key.startsWith(NUMBERED) ? keys.get(Integer.parseInt(key.substring(NUMBERED.length()))) : List.of(key);
    }

    private Object value(Object read) {
        return switch (read) {
            case String number -> strings.get(Integer.parseInt(number));
            case Map<?, ?> map when map.get(WRAPPED) instanceof String number -> strings.get(Integer.parseInt(number));
            case Map<?, ?> map -> table(map);
            case List<?> list -> list.stream().map(this::value).collect(Collectors.toList());
            default -> read;
        };
    }

    /** Puts a value below its key's tables; merges a table into an existing one, which a header may have made. */
    private static void put(Map<String, Object> table, List<String> parts, Object value) {
        Map<String, Object> inner = table;
        for (String part : parts.subList(0, parts.size() - 1)) {
            inner = inner(inner, part);
        }
        if (value instanceof Map<?, ?> from) {
            Map<String, Object> to = inner(inner, parts.getLast());
            from.forEach((name, more) -> put(to, List.of(String.valueOf(name)), more));
        } else {
            inner.put(parts.getLast(), value);
        }
    }

    @SuppressWarnings("unchecked") // the grammar admits only a table here
    private static Map<String, Object> inner(Map<String, Object> table, String name) {
        return (Map<String, Object>) table.computeIfAbsent(name, _ -> new LinkedHashMap<>());
    }
}
