package dev.nullbox.importer.tree;

import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Named entry of a directory in the merged tree of layers: its inode, the layer that it comes from, and its children.
 */
final class Node {
    private final @Nullable Node parent;
    private final String name;
    private Inode inode;
    /** The topmost layer with an entry for it, or only for something below it. */
    private int layer;

    private int touched;
    private boolean hasEntry;
    private @Nullable Map<String, Node> children;

    /** @param hasEntry false for a directory that occurs only in the paths of its content */
    Node(@Nullable Node parent, String name, Inode inode, int layer, boolean hasEntry) {
        this.parent = parent;
        this.name = name;
        this.inode = inode;
        this.layer = layer;
        this.hasEntry = hasEntry;
    }

    Inode inode() {
        return inode;
    }

    boolean isDirectory() {
        return inode.isDirectory();
    }

    /** Tells whether this layer made it, by an entry, or by something below a directory without an entry. */
    boolean isOf(int layer) {
        return this.layer == layer;
    }

    boolean hasEntryIn(int layer) {
        return hasEntry && this.layer == layer;
    }

    /** Tells whether the layer has an entry below it. */
    boolean isTouchedBy(int layer) {
        return touched == layer + 1;
    }

    void touch(int layer) {
        touched = layer + 1;
    }

    /** Replaces the attributes, for a directory that stays with its content. */
    void replace(Inode inode, int layer) {
        this.inode = inode;
        this.layer = layer;
        this.hasEntry = true;
    }

    Optional<Node> child(String name) {
        return children == null ? Optional.empty() : Optional.ofNullable(children.get(name));
    }

    void put(Node child) {
        if (children == null) {
            children = new HashMap<>();
        }
        children.put(child.name, child);
    }

    void remove(Node child) {
        if (children != null) {
            children.remove(child.name);
        }
    }

    /** The children in no order; a copy. */
    List<Node> children() {
        return children == null ? List.of() : List.copyOf(children.values());
    }

    /** The children in the order of their bytes. */
    List<Node> sortedChildren() {
        Collection<Node> all = children();
        return all.stream().sorted((a, b) -> a.name.compareTo(b.name)).toList();
    }

    boolean isEmpty() {
        return children == null || children.isEmpty();
    }

    /** The path from the top, without a slash before it; empty for the top itself. */
    String path() {
        Node up = parent;
        return up == null ? "" : up.parent == null ? name : up.path() + "/" + name;
    }
}
