package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Form.Many;
import dev.nullbox.manifest.Form.Single;
import dev.nullbox.manifest.Form.Table;
import dev.nullbox.manifest.Form.TomlType;
import dev.nullbox.manifest.Key;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.Schema;
import dev.nullbox.protocol.id.InvalidValueException;
import dev.nullbox.protocol.id.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Values of an AGENT.toml, each checked against the schema, and not yet against each other. */
final class RawManifest {
    private static final int MAX_PROBLEMS = 100;

    /** Values by full path; empty for a refused one. */
    private final Map<String, Optional<?>> values = new HashMap<>();

    /** Problems of keys and types. */
    private final List<Problem> misfits = new ArrayList<>();

    /** Problems of values. */
    private final List<Problem> refusals = new ArrayList<>();

    private int untold;

    /** Checks the tree against the schema. */
    RawManifest(Map<String, Object> tree) {
        take("", "", tree);
    }

    private void take(String schemaPath, String path, Map<?, ?> table) {
        List<Key<?>> keys = Schema.keys().stream()
                .filter(key -> key.table().equals(schemaPath) && !key.path().endsWith(Key.ELEMENT))
                .toList();
        Map<String, Object> rest = new TreeMap<>();
        table.forEach((name, value) -> rest.put(String.valueOf(name), value));
        for (Key<?> key : keys) {
            if (key.name().equals("*")) {
                rest.forEach((name, value) -> takeValue(key, join(path, name), value));
                rest.clear();
                continue;
            }
            Object value = rest.remove(key.name());
            if (value != null) {
                takeValue(key, join(path, key.name()), value);
            } else if (key.required()) {
                String remedy = "add it: " + key.form().type().words() + ", "
                        + key.form().allowed();
                misfit(join(path, key.name()), "is missing", remedy);
            }
        }
        String known = (path.isEmpty() ? "the tables are " : "[" + path + "] has ")
                + keys.stream().map(Key::name).collect(Collectors.joining(", "));
        rest.keySet().forEach(unknown -> misfit(join(path, unknown), "is not a key of AGENT.toml", known));
    }

    private void takeValue(Key<?> key, String path, Object value) {
        TomlType type = key.form().type();
        if (!type.fits(value)) {
            misfit(path, "is " + article(typeOf(value)), "it must be " + article(type.words()));
            values.put(path, Optional.empty());
            return;
        }
        values.put(
                path,
                switch (key.form()) {
                    case Single<?> single -> attempt(path, () -> single.of(value));
                    case Many<?> many -> Optional.of(elements(many, key.path() + Key.ELEMENT, path, value));
                    case Table _ -> Optional.of(value);
                });
        if (value instanceof Map<?, ?> table) {
            take(key.path(), path, table);
        }
    }

    /** The valid strings; a problem for each invalid or repeated one. Tables are taken apart. */
    private <E> List<E> elements(Many<E> many, String schemaPath, String path, Object value) {
        Map<String, Object> elements = new LinkedHashMap<>();
        if (value instanceof List<?> list) {
            list.forEach(element -> elements.put(path + "[" + elements.size() + "]", element));
        } else if (value instanceof Map<?, ?> table) {
            table.keySet().stream().map(String::valueOf).sorted().forEach(name -> elements.put(join(path, name), name));
        }
        if (elements.size() > many.max()) {
            problem(path, "has " + elements.size() + " entries", "use at most " + many.max());
        }
        Set<E> good = new LinkedHashSet<>();
        elements.forEach((at, element) -> {
            if (element instanceof Map<?, ?> table) {
                values.put(at, Optional.of(table));
                take(schemaPath, at, table);
            } else if (element instanceof String text
                    && !attempt(at, () -> many.parser().apply(text))
                            .map(good::add)
                            .orElse(true)) {
                problem(at, Text.quoted(text) + " occurs twice", "name it once");
            }
        });
        return List.copyOf(good);
    }

    /** The value, or a problem in its place. */
    <T> Optional<T> attempt(String path, Supplier<T> value) {
        try {
            return Optional.of(value.get());
        } catch (InvalidValueException invalid) {
            problem(path, invalid.problem(), invalid.remedy());
            return Optional.empty();
        }
    }

    void problem(String path, String problem, String remedy) {
        add(refusals, path, problem, remedy);
    }

    private void misfit(String path, String problem, String remedy) {
        add(misfits, path, problem, remedy);
    }

    private void add(List<Problem> problems, String path, String problem, String remedy) {
        if (misfits.size() + refusals.size() < MAX_PROBLEMS) {
            problems.add(new Problem(path, problem, remedy));
        } else {
            untold++;
        }
    }

    /** The first hundred problems: of keys and types first, then of values, each in the order of the schema. */
    List<Problem> problems() {
        Stream<Problem> told = Stream.concat(misfits.stream(), refusals.stream());
        return untold == 0
                ? told.toList()
                : Stream.concat(
                                told,
                                Stream.of(new Problem("file", "has " + untold + " more problems", "fix these first")))
                        .toList();
    }

    private static String article(String type) {
        return (type.startsWith("a") || type.startsWith("i") ? "an " : "a ") + type;
    }

    private static String typeOf(Object value) {
        return switch (value) {
            case List<?> list when !TomlType.STRINGS.fits(list) -> "array of something else than strings";
            case Double _ -> "number with a fraction";
            default -> TomlType.of(value).map(TomlType::words).orElse("value of another type");
        };
    }

    static String join(String path, String name) {
        return path.isEmpty() ? part(name) : path + "." + part(name);
    }

    /** A name as a part of a path: bare where TOML allows that, else in quotes and printable ASCII. */
    static String part(String name) {
        if (!name.isEmpty() && Text.consistsOf(name, "_-")) {
            return name;
        }
        StringBuilder quoted = new StringBuilder("\"");
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            if (c == '"' || c == '\\') {
                quoted.append('\\').append(c);
            } else if (c < ' ' || c > '~') {
                quoted.append("\\u").append(HexFormat.of().toHexDigits(c));
            } else {
                quoted.append(c);
            }
        }
        return quoted.append('"').toString();
    }

    /** The key's valid value, or its default when absent; empty where it was refused. */
    <T> Optional<T> find(Key<T> key) {
        return find(key, "");
    }

    /** The same for a key below {@link Key#path(String) one element}. */
    @SuppressWarnings("unchecked") // the value at a key's path was made by its own form
    <T> Optional<T> find(Key<T> key, String element) {
        return (Optional<T>) values.getOrDefault(key.path(element), key.otherwise());
    }

    /** Tells whether the key is present, valid or refused. */
    boolean states(Key<?> key) {
        return values.containsKey(key.path());
    }

    /** The same of a key below {@link Key#path(String) one element}. */
    boolean states(Key<?> key, String element) {
        return values.containsKey(key.path(element));
    }

    /** The value of a key that is required or has a default; only when there was no problem. */
    <T> T get(Key<T> key) {
        return find(key).orElseThrow();
    }

    /** The valid elements. */
    <E> List<E> list(Key<List<E>> key) {
        return find(key).orElse(List.of());
    }

    /** The tables in an array, each as the element of a path; strings may stand between them. */
    List<String> rows(Key<?> array) {
        int max = array.form() instanceof Many<?> many ? many.max() : 0;
        return Stream.iterate(0, i -> i + 1)
                .limit(max)
                .map(i -> "[" + i + "]")
                .filter(row -> values.containsKey(array.path() + row))
                .toList();
    }
}
