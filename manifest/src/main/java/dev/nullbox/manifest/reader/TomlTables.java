package dev.nullbox.manifest.reader;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tables of a TOML text, with the keys that are defined in each: TOML defines each table and each key once. */
final class TomlTables {
    private static final int SHOWN = 128;

    private final Node root = new Node(Kind.HEADER);
    private int sections;

    private enum Kind {
        /** Made by a header of a table inside of it; a header of its own may follow. */
        IMPLICIT,
        HEADER,
        /** Made by a dotted key; open to more dotted keys until its section ends. */
        DOTTED,
        VALUE
    }

    /** A key's definition: a table with its content, or a value. */
    private static final class Node {
        private final Map<String, Node> children = new HashMap<>(0);
        private Kind kind;
        private int section;

        Node(Kind kind) {
            this.kind = kind;
        }
    }

    /**
     * A run of keys: of the document, under one header, or in one inline table.
     *
     * @param table that the keys are in
     * @param path of that table, cut short; for messages
     * @param number of the section, unlike all others
     */
    record Section(Node table, String path, int number) {}

    /** The keys before the first header. */
    Section document() {
        return new Section(root, "", sections++);
    }

    /** The keys under a header. */
    Section header(TomlCursor at, List<String> parts) throws TomlSyntaxException {
        Node node = root;
        String path = "";
        for (String part : parts) {
            path = join(path, part);
            node = node.children.computeIfAbsent(part, _ -> new Node(Kind.IMPLICIT));
            if (node.kind == Kind.VALUE) {
                throw at.refuse(path + " was given a value before", "say each thing once");
            }
        }
        if (node.kind != Kind.IMPLICIT) {
            throw at.refuse("[" + path + "] was opened before", "gather its keys under one header");
        }
        node.kind = Kind.HEADER;
        return new Section(node, path, sections++);
    }

    /** Defines a key for its value, which may be an inline table: returns the section of that. */
    Section key(TomlCursor at, Section section, List<String> parts) throws TomlSyntaxException {
        Node node = section.table;
        String path = section.path;
        for (String part : parts.subList(0, parts.size() - 1)) {
            path = join(path, part);
            node = node.children.computeIfAbsent(part, _ -> new Node(Kind.IMPLICIT));
            if (node.kind == Kind.VALUE) {
                throw at.refuse(path + " was given a value before", "say each thing once");
            }
            if (node.kind == Kind.IMPLICIT) {
                node.kind = Kind.DOTTED;
                node.section = section.number;
            } else if (node.kind == Kind.HEADER || node.section != section.number) {
                throw at.refuse("[" + path + "] was opened before", "gather its keys under one header");
            }
        }
        path = join(path, parts.getLast());
        Node value = new Node(Kind.VALUE);
        if (node.children.putIfAbsent(parts.getLast(), value) != null) {
            throw at.refuse(path + " occurs twice", "say each thing once");
        }
        return new Section(value, path, sections++);
    }

    /** The keys of an inline table in an array. */
    Section element(Section array) {
        return new Section(new Node(Kind.VALUE), array.path + "[]", sections++);
    }

    private static String join(String path, String name) {
        return path.length() > SHOWN ? path : RawManifest.join(path, name);
    }
}
