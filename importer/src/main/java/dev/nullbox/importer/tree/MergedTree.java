package dev.nullbox.importer.tree;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarEntry.Kind;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Tree into which layers are merged, entry by entry. Within a layer the order of whiteouts and entries does not matter:
 * a whiteout removes entries of lower layers. A hard link is a further name of the file that its target is at that
 * moment, in any layer: later entries that replace or remove its other names do not affect it.
 */
public final class MergedTree {
    private static final String WHITEOUT = ".wh.";
    private static final String OPAQUE = ".wh..wh..opq";
    /** Prefix of aufs's own files. */
    private static final String AUFS = ".wh..wh.";

    private static final String OVERLAY_XATTR = "trusted.overlay.";
    private static final List<String> XATTR_PREFIXES = List.of("user.", "trusted.", "security.");
    private static final List<String> XATTRS = List.of("system.posix_acl_access", "system.posix_acl_default");

    private final boolean isLayered;
    private final Node top;
    private int layer = -1;
    private long leftOutXattrs;

    /**
     * An empty tree.
     *
     * @param isLayered whether names that begin with .wh. are whiteouts, and no plain names
     */
    public MergedTree(boolean isLayered) {
        this.isLayered = isLayered;
        this.top = new Node(null, "", new Inode(TarEntry.implicitDirectory(), 0, 0), -1, false);
    }

    /** Begins the next layer. */
    public void beginLayer() {
        layer++;
    }

    /**
     * Merges an entry of the present layer.
     *
     * @param index of the entry within it, from 0
     * @throws ArchiveException naming the entry
     */
    public void add(TarEntry entry, int index) throws ArchiveException {
        try {
            merge(EntryPath.split(entry.path()), entry, index);
        } catch (ArchiveException e) {
            throw new ArchiveException(e.reason(), "entry " + ByteNames.shown(entry.path()) + " " + e.text());
        }
    }

    /** The plan of what is written, once the last layer is merged. */
    public Plan plan() {
        return Plan.of(top, layer + 1, leftOutXattrs);
    }

    private void merge(List<String> names, TarEntry entry, int index) throws ArchiveException {
        if (names.isEmpty()) {
            if (entry.kind() != Kind.DIRECTORY) {
                throw EntryPath.refused("is the root's top, and no directory");
            }
            top.replace(inode(entry, index), layer);
            return;
        }
        if (isLayered && isWhiteout(names)) {
            return;
        }
        if (entry.kind() == Kind.SYMLINK
                && (entry.target().isEmpty()
                        || entry.target().length() > EntryPath.MAX_PATH_BYTES
                        || entry.target().indexOf('\0') >= 0)) {
            throw EntryPath.refused("is a symbolic link to a text of "
                    + entry.target().length() + " bytes; 1 to " + EntryPath.MAX_PATH_BYTES + " without NUL are taken");
        }
        Inode inode = entry.kind() == Kind.HARD_LINK ? linked(entry) : inode(entry, index);
        put(parent(names), names.getLast(), inode);
    }

    private Inode inode(TarEntry entry, int index) {
        return new Inode(entry.withoutPath(kept(entry.xattrs())), layer, index);
    }

    /**
     * Attributes that a file system of Linux has, without those by which the guest's overlay marks directories as
     * replaced: an image must not do that.
     */
    private SortedMap<String, byte[]> kept(SortedMap<String, byte[]> xattrs) {
        if (xattrs.isEmpty()) {
            return xattrs;
        }
        SortedMap<String, byte[]> kept = new TreeMap<>(xattrs);
        kept.keySet()
                .removeIf(name -> name.startsWith(OVERLAY_XATTR)
                        || (!XATTRS.contains(name) && XATTR_PREFIXES.stream().noneMatch(name::startsWith)));
        leftOutXattrs += xattrs.size() - kept.size();
        return kept;
    }

    private Inode linked(TarEntry entry) throws ArchiveException {
        String shown = ByteNames.shown(entry.target());
        List<String> names;
        try {
            names = EntryPath.split(entry.target());
        } catch (ArchiveException e) {
            throw new ArchiveException(e.reason(), "is a hard link to " + shown + ", which " + e.text());
        }
        Optional<Node> target = find(names);
        if (target.isEmpty()) {
            throw EntryPath.refused("is a hard link to " + shown + ", which no entry before it is");
        }
        if (target.get().isDirectory()) {
            throw EntryPath.refused("is a hard link to " + shown + ", a directory; directories have one name");
        }
        return target.get().inode();
    }

    private void put(Node parent, String name, Inode inode) throws ArchiveException {
        Optional<Node> found = parent.child(name);
        if (found.isPresent()) {
            Node former = found.get();
            if (former.isDirectory() && inode.isDirectory()) {
                former.replace(inode, layer);
                return;
            }
            if (former.hasEntryIn(layer)) {
                throw EntryPath.refused("occurs twice in one archive");
            }
            if (former.isTouchedBy(layer)) {
                throw EntryPath.refused("is no directory, and entries before it lie in it");
            }
        }
        parent.put(new Node(parent, name, inode, layer, true));
    }

    /** The directory of the last name; directories without an entry are created. */
    private Node parent(List<String> names) throws ArchiveException {
        Node at = top;
        at.touch(layer);
        for (int i = 0; i < names.size() - 1; i++) {
            Optional<Node> next = at.child(names.get(i));
            if (next.isEmpty()) {
                Node made = new Node(at, names.get(i), new Inode(TarEntry.implicitDirectory(), layer, 0), layer, false);
                at.put(made);
                at = made;
            } else {
                at = directory(next.get(), names.subList(0, i + 1));
            }
            at.touch(layer);
        }
        return at;
    }

    private static Node directory(Node node, List<String> names) throws ArchiveException {
        if (node.inode().kind() == Kind.SYMLINK) {
            throw EntryPath.refused("leads through " + EntryPath.shown(names) + ", a symbolic link to "
                    + ByteNames.shown(node.inode().attributes().target()) + "; name the directory itself");
        }
        if (!node.isDirectory()) {
            throw EntryPath.refused("leads through " + EntryPath.shown(names) + ", which is no directory");
        }
        return node;
    }

    private Optional<Node> find(List<String> names) throws ArchiveException {
        Node at = top;
        for (int i = 0; i < names.size(); i++) {
            Optional<Node> next = at.child(names.get(i));
            if (next.isEmpty() || i == names.size() - 1) {
                return next;
            }
            at = directory(next.get(), names.subList(0, i + 1));
        }
        return Optional.of(at);
    }

    /** Applies a whiteout; false when the entry is none. */
    private boolean isWhiteout(List<String> names) throws ArchiveException {
        for (String name : names.subList(0, names.size() - 1)) {
            if (name.startsWith(AUFS)) {
                return true;
            }
            if (name.startsWith(WHITEOUT)) {
                throw EntryPath.refused("lies in " + ByteNames.shown(name) + ", a whiteout");
            }
        }
        String name = names.getLast();
        if (!name.startsWith(WHITEOUT)) {
            return false;
        }
        String hidden = name.substring(WHITEOUT.length());
        if (hidden.isEmpty() || hidden.equals(".") || hidden.equals("..")) {
            throw new ArchiveException(ImportReason.IMPORT_ENTRY, "is a whiteout of no name");
        }
        if (name.startsWith(AUFS) && !name.equals(OPAQUE)) {
            return true;
        }
        Optional<Node> found = formerDirectory(names.subList(0, names.size() - 1));
        if (found.isEmpty()) {
            return true;
        }
        Node parent = found.get();
        if (name.equals(OPAQUE)) {
            parent.children().forEach(child -> removeLower(parent, child));
            return true;
        }
        parent.child(hidden).ifPresent(child -> removeLower(parent, child));
        return true;
    }

    /**
     * The directory; empty when there is none, or when this layer has replaced it, so that nothing of a lower layer is
     * left below: umoci writes whiteouts for its former content.
     */
    private Optional<Node> formerDirectory(List<String> names) throws ArchiveException {
        Node at = top;
        for (int i = 0; i < names.size(); i++) {
            Optional<Node> next = at.child(names.get(i));
            if (next.isEmpty() || (!next.get().isDirectory() && next.get().hasEntryIn(layer))) {
                return Optional.empty();
            }
            at = directory(next.get(), names.subList(0, i + 1));
        }
        return Optional.of(at);
    }

    /** Removes entries of lower layers; directories with entries of this layer stay. */
    private void removeLower(Node parent, Node node) {
        node.children().forEach(child -> removeLower(node, child));
        if (!node.isOf(layer) && !(node.isDirectory() && node.isTouchedBy(layer) && !node.isEmpty())) {
            parent.remove(node);
        }
    }
}
