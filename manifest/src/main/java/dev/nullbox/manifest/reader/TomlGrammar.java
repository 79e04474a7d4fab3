package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Grammar of AGENT.toml: a subset of TOML 1.0, translated to text that toml4j (TOML 0.4) reads with the meaning of 1.0.
 *
 * <p>toml4j drops keys without a value, reads {@code [1 2]} and {@code [,1]} as arrays, lets strings run over lines and
 * hold control characters, keeps the quotes of quoted keys, refuses dotted ones, {@code "\\"} and quotes at the end of
 * long strings, misreads {@code \U}, takes a {@code ]} in a comment for a header's end, overflows the stack on nesting,
 * takes a time that grows with the square of the values, and throws undocumented exceptions on long numbers. Here all
 * of that is refused, or given to toml4j in a form that it reads correctly. Source: toml.io/en/v1.0.0.
 */
final class TomlGrammar {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_PROBLEMS = 20;
    /** Most headers, keys and elements; the schema has room for fewer, and toml4j takes half a second for these. */
    static final int MAX_ITEMS = 10_000;

    /** Types of elements that one array may mix. */
    private static final Set<String> ENTRIES = Set.of("string", "table");

    private final TomlCursor at;
    private final TomlText text = new TomlText();
    private final TomlTables tables = new TomlTables();
    private final List<Problem> problems = new ArrayList<>();
    private TomlTables.Section section = tables.document();
    private int items;

    private TomlGrammar(String toml) {
        this.at = new TomlCursor(toml);
    }

    /**
     * Result for a text.
     *
     * @param problems at most one a line
     * @param text for toml4j; complete when there is no problem
     */
    record Checked(List<Problem> problems, TomlText text) {}

    /** Checks the text against the grammar. */
    static Checked check(String toml) {
        TomlGrammar grammar = new TomlGrammar(toml);
        while (!grammar.at.isAtEnd() && grammar.problems.size() < MAX_PROBLEMS && grammar.items <= MAX_ITEMS) {
            grammar.line();
        }
        return new Checked(grammar.problems, grammar.text);
    }

    private void line() {
        try {
            at.skipBlanksAndLines();
            if (at.isAtEnd()) {
                return;
            }
            if (at.peek() == '[') {
                header();
            } else {
                keyValue(section, 0);
                text.token("\n");
            }
            at.endLine();
        } catch (TomlSyntaxException refusal) {
            problems.add(refusal.problem());
            at.skipLine();
        }
    }

    private void header() throws TomlSyntaxException {
        count();
        at.expect('[', "a table");
        if (at.peek() == '[') {
            throw at.refuse("AGENT.toml has no arrays of tables", "write [table] with single brackets");
        }
        List<String> parts = key();
        at.expect(']', "the end of a table's name");
        section = tables.header(at, parts);
        text.header(parts);
    }

    /** A key in all its parts, and the blanks round it. */
    private List<String> key() throws TomlSyntaxException {
        List<String> parts = new ArrayList<>();
        do {
            at.skipBlanks();
            parts.add(at.peek() == '"' || at.peek() == '\'' ? TomlString.readLine(at) : at.bareKey());
            at.skipBlanks();
            if (parts.size() > MAX_DEPTH) {
                throw at.refuse("the table is nested too deeply", "AGENT.toml needs four levels at most");
            }
        } while (at.take('.'));
        return parts;
    }

    private void keyValue(TomlTables.Section under, int depth) throws TomlSyntaxException {
        count();
        List<String> key = key();
        at.expect('=', "= after the key");
        at.skipBlanks();
        TomlTables.Section inner = tables.key(at, under, key);
        text.key(key);
        text.token(" = ");
        value(inner, depth);
        at.skipBlanks();
    }

    /** Reads a value; returns its type. */
    private String value(TomlTables.Section inner, int depth) throws TomlSyntaxException {
        if (depth > MAX_DEPTH) {
            throw at.refuse("the value is nested too deeply", "AGENT.toml needs no nested arrays");
        }
        return switch (at.peek()) {
            case '"', '\'' -> {
                text.string(TomlString.read(at));
                yield "string";
            }
            case '[' -> {
                array(inner, depth);
                yield "array";
            }
            case '{' -> {
                inlineTable(inner, depth);
                yield "table";
            }
            default -> scalar();
        };
    }

    private String scalar() throws TomlSyntaxException {
        String word = at.scalar();
        text.token(word);
        if (TomlCursor.isBoolean(word)) {
            return "boolean";
        }
        return word.contains(".") ? "fraction" : "integer";
    }

    private void array(TomlTables.Section inner, int depth) throws TomlSyntaxException {
        at.expect('[', "an array");
        text.token("[");
        at.skipBlanksAndLines();
        List<Integer> strings = new ArrayList<>();
        boolean isMixed = false;
        String first = "";
        while (!at.take(']')) {
            count();
            text.token(first.isEmpty() ? "" : ", ");
            int start = text.length();
            String type = value(tables.element(inner), depth + 1);
            first = first.isEmpty() ? type : first;
            isMixed |= !type.equals(first);
            if (type.equals("string")) {
                strings.add(start);
            }
            if (isMixed && !(ENTRIES.contains(first) && ENTRIES.contains(type))) {
                throw at.refuse("an array mixes elements of types " + first + " and " + type, "use one type for all");
            }
            at.skipBlanksAndLines();
            if (at.peek() != ']') {
                at.expect(',', "a comma or ] after the element");
                at.skipBlanksAndLines();
            }
        }
        text.token("]");
        if (isMixed) {
            text.wrap(strings);
        }
    }

    private void inlineTable(TomlTables.Section inner, int depth) throws TomlSyntaxException {
        at.expect('{', "an inline table");
        text.token("{");
        at.skipBlanks();
        if (!at.take('}')) {
            keyValue(inner, depth + 1);
            while (at.take(',')) {
                text.token(", ");
                keyValue(inner, depth + 1);
            }
            at.expect('}', "a comma or } after the value");
        }
        text.token("}");
    }

    private void count() throws TomlSyntaxException {
        items++;
        if (items > MAX_ITEMS) {
            throw at.refuse(
                    "there are more than " + MAX_ITEMS + " headers, keys and elements", "an AGENT.toml needs fewer");
        }
    }
}
