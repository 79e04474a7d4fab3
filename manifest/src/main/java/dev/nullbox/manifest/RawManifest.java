package dev.nullbox.manifest;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** An AGENT.toml whose keys are all known and of the right type, and whose values nobody has looked at. */
final class RawManifest {
    private final Map<String, Object> values = new LinkedHashMap<>();

    private RawManifest() {}

    /**
     * The tree held against the schema: what is known and of the right type, by full path. Problems for the rest.
     */
    static RawManifest of(Map<String, Object> tree, List<Problem> problems) {
        RawManifest raw = new RawManifest();
        raw.take("", "", tree, problems);
        return raw;
    }

    private void take(String schemaPath, String path, Map<?, ?> table, List<Problem> problems) {
        List<Schema.Key> keys = Schema.keysIn(schemaPath).stream()
                .filter(key -> !key.isElement())
                .toList();
        Map<String, Object> rest = new TreeMap<>();
        table.forEach((name, value) -> rest.put(String.valueOf(name), value));
        for (Schema.Key key : keys) {
            if (key.name().equals("*")) {
                rest.forEach((name, value) -> takeValue(key, join(path, name), value, problems));
                rest.clear();
                continue;
            }
            Object value = rest.remove(key.name());
            if (value != null) {
                takeValue(key, join(path, key.name()), value, problems);
            } else if (key.required()) {
                problems.add(new Problem(
                        join(path, key.name()),
                        "is missing",
                        "add it: " + key.type().words() + ", " + key.allowed()));
            }
        }
        for (String unknown : rest.keySet()) {
            problems.add(new Problem(join(path, unknown), "is not a key of AGENT.toml", known(path, keys)));
        }
    }

    private void takeValue(Schema.Key key, String path, Object value, List<Problem> problems) {
        boolean fits = switch (key.type()) {
            case STRING -> value instanceof String;
            case INTEGER -> value instanceof Long;
            case BOOLEAN -> value instanceof Boolean;
            case STRINGS -> value instanceof List<?> list && list.stream().allMatch(String.class::isInstance);
            case REFERENCES ->
                value instanceof List<?> list
                        && (list.stream().allMatch(String.class::isInstance)
                                || list.stream().allMatch(Map.class::isInstance));
            case TABLE -> value instanceof Map;
        };
        if (!fits) {
            problems.add(new Problem(
                    path,
                    "is " + article(typeOf(value)),
                    "it must be " + article(key.type().words())));
            return;
        }
        values.put(path, value);
        if (value instanceof Map<?, ?> table) {
            take(key.path(), path, table, problems);
        }
        if (value instanceof List<?> list) {
            takeTables(key.path() + Schema.ELEMENT, path, list, problems);
        }
    }

    private void takeTables(String schemaPath, String path, List<?> list, List<Problem> problems) {
        for (int i = 0; i < list.size(); i++) {
            if (list.get(i) instanceof Map<?, ?> table) {
                take(schemaPath, element(path, i), table, problems);
            }
        }
    }

    private static String known(String path, List<Schema.Key> keys) {
        List<String> names = keys.stream().map(Schema.Key::name).toList();
        return (path.isEmpty() ? "the tables are " : "[" + path + "] has ") + String.join(", ", names);
    }

    private static String article(String type) {
        return (type.startsWith("a") || type.startsWith("i") ? "an " : "a ") + type;
    }

    private static String typeOf(Object value) {
        return switch (value) {
            case String _ -> "string";
            case Long _ -> "integer";
            case Boolean _ -> "boolean";
            case Map<?, ?> _ -> "table";
            case List<?> list
            when list.isEmpty() || list.stream().allMatch(String.class::isInstance) -> Schema.Type.STRINGS.words();
            case List<?> _ -> "array of something else than strings";
            case Double _ -> "number with a fraction";
            default -> "value of another type";
        };
    }

    static String join(String path, String name) {
        return path.isEmpty() ? name : path + "." + name;
    }

    static String element(String path, int index) {
        return path + "[" + index + "]";
    }

    /** Whether the table or value is there, of the right type. */
    boolean has(String path) {
        return values.containsKey(path);
    }

    Optional<String> string(String path) {
        return values.get(path) instanceof String text ? Optional.of(text) : Optional.empty();
    }

    Optional<Long> integer(String path) {
        return values.get(path) instanceof Long number ? Optional.of(number) : Optional.empty();
    }

    Optional<Boolean> bool(String path) {
        return values.get(path) instanceof Boolean bool ? Optional.of(bool) : Optional.empty();
    }

    /** The array's strings; none when it is absent, or an array of tables. */
    List<String> strings(String path) {
        List<String> strings = new ArrayList<>();
        if (values.get(path) instanceof List<?> list) {
            for (Object element : list) {
                if (element instanceof String text) {
                    strings.add(text);
                }
            }
        }
        return strings;
    }

    /** How many tables the array has, each found by {@link #element}; none when it is absent, or an array of strings. */
    int tables(String path) {
        return values.get(path) instanceof List<?> list
                ? (int) list.stream().filter(Map.class::isInstance).count()
                : 0;
    }

    /** The names in a table, sorted; none when it is absent. */
    List<String> names(String path) {
        List<String> names = new ArrayList<>();
        if (values.get(path) instanceof Map<?, ?> table) {
            table.keySet().forEach(name -> names.add(String.valueOf(name)));
        }
        names.sort(null);
        return names;
    }
}
