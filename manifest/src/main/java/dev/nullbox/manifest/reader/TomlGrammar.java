package dev.nullbox.manifest.reader;

import dev.nullbox.manifest.Problem;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The TOML that an AGENT.toml may be written in: a subset of TOML 1.0 that toml4j (TOML 0.4) reads as 1.0 means it.
 *
 * <p>toml4j drops keys without a value, reads {@code [1 2]} and {@code [,1]} as arrays, lets strings run over lines
 * and hold control characters, keeps the quotes of quoted keys, misreads {@code "\\"} and {@code \U}, takes a {@code ]} in
 * a comment for a header's end, overflows the stack on nesting, and throws what it likes on long numbers. All of that is refused here, before it sees the text.
 * Source: toml.io/en/v1.0.0.
 */
final class TomlGrammar {
    private static final int MAX_DEPTH = 8;
    private static final int MAX_PROBLEMS = 20;

    private final TomlCursor at;
    private final List<Problem> problems = new ArrayList<>();
    private final Set<String> values = new HashSet<>();
    private final Set<String> tables = new HashSet<>();
    private final Set<String> headers = new HashSet<>();
    private String table = "";

    private TomlGrammar(String toml) {
        this.at = new TomlCursor(toml);
    }

    /**
     * The outcome for a text.
     *
     * @param problems at most one a line; none when toml4j may read the text
     * @param plain the text without its comments, line by line the same
     */
    record Checked(List<Problem> problems, String plain) {}

    /** The text held against the grammar. */
    static Checked check(String toml) {
        TomlGrammar grammar = new TomlGrammar(toml);
        while (!grammar.at.isAtEnd() && grammar.problems.size() < MAX_PROBLEMS) {
            grammar.line();
        }
        return new Checked(grammar.problems, grammar.at.plain());
    }

    private void line() {
        try {
            at.skipBlanks();
            if (at.peek() == '[') {
                header();
            } else if (!at.isAtLineEnd()) {
                keyValue(table, 0);
            }
            at.endLine();
        } catch (TomlSyntaxException refusal) {
            problems.add(refusal.problem());
            at.skipLine();
        }
    }

    private void header() throws TomlSyntaxException {
        at.expect('[', "a table");
        if (at.peek() == '[') {
            throw at.refuse("AGENT.toml has no arrays of tables", "write [table] with single brackets");
        }
        List<String> parts = new ArrayList<>();
        do {
            at.skipBlanks();
            parts.add(at.bareKey());
            at.skipBlanks();
        } while (at.take('.'));
        at.expect(']', "the end of a table's name");
        if (parts.size() > MAX_DEPTH) {
            throw at.refuse("the table is nested too deeply", "AGENT.toml needs four levels at most");
        }
        enter(parts);
    }

    private void enter(List<String> parts) throws TomlSyntaxException {
        String path = "";
        for (String part : parts) {
            path = RawManifest.join(path, part);
            if (values.contains(path)) {
                throw at.refuse(path + " was given a value before", "say each thing once");
            }
            tables.add(path);
        }
        if (!headers.add(path)) {
            throw at.refuse("[" + path + "] was opened before", "gather its keys under one header");
        }
        table = path;
    }

    private void keyValue(String under, int depth) throws TomlSyntaxException {
        String path = RawManifest.join(under, at.bareKey());
        at.skipBlanks();
        if (at.peek() == '.') {
            throw at.refuse("dotted keys are not read here", "write a [table] header");
        }
        at.expect('=', "= after the key");
        at.skipBlanks();
        if (tables.contains(path) || !values.add(path)) {
            throw at.refuse(path + " stands there twice", "say each thing once");
        }
        value(path, depth);
        at.skipBlanks();
    }

    private String value(String path, int depth) throws TomlSyntaxException {
        if (depth > MAX_DEPTH) {
            throw at.refuse("the value is nested too deeply", "AGENT.toml needs no nested arrays");
        }
        return switch (at.peek()) {
            case '"', '\'' -> {
                at.string();
                yield "string";
            }
            case '[' -> {
                array(path, depth);
                yield "array";
            }
            case '{' -> {
                inlineTable(path, depth);
                yield "table";
            }
            default -> at.scalar();
        };
    }

    private void array(String path, int depth) throws TomlSyntaxException {
        at.expect('[', "an array");
        at.skipBlanksAndLines();
        String first = "";
        for (int index = 0; !at.take(']'); index++) {
            String type = value(path + "[" + index + "]", depth + 1);
            first = first.isEmpty() ? type : first;
            if (!type.equals(first)) {
                throw at.refuse("an array mixes elements of types " + first + " and " + type, "use one type for all");
            }
            at.skipBlanksAndLines();
            if (at.peek() != ']') {
                at.expect(',', "a comma or ] after the element");
                at.skipBlanksAndLines();
            }
        }
    }

    private void inlineTable(String path, int depth) throws TomlSyntaxException {
        at.expect('{', "an inline table");
        at.skipBlanks();
        if (at.take('}')) {
            return;
        }
        do {
            at.skipBlanks();
            keyValue(path, depth + 1);
        } while (at.take(','));
        at.expect('}', "a comma or } after the value");
    }
}
