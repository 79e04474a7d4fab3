package dev.nullbox.importer.tree;

import dev.nullbox.archive.ByteNames;
import dev.nullbox.archive.tar.TarEntry;
import dev.nullbox.archive.tar.TarEntry.Kind;
import dev.nullbox.archive.tar.TarWriter;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Plan of the order in which a merged tree is written: all entries without content first, then the files in the order
 * of the layers and of their entries in those, then the further names of files. The same layers give the same order.
 */
public final class Plan {
    private static final String TOP = "./";

    /** Names that are written before any content: directories before what is in them. */
    private final List<Node> head = new ArrayList<>();

    private final List<List<Node>> files = new ArrayList<>();
    private final List<Link> links = new ArrayList<>();
    private final Map<Inode, Node> firsts = new HashMap<>();
    private final List<String> leftOut = new ArrayList<>();
    private final long leftOutXattrs;
    private long leftOutCount;
    private long directories;
    private long symlinks;
    private long fifos;
    private long fileCount;
    private long fileBytes;

    /** Further name of a file. */
    private record Link(Node name, Node first) {}

    /**
     * File to be written.
     *
     * @param index of its entry in its layer
     * @param entry its attributes, with its path in the tree
     */
    public record PlannedFile(int index, TarEntry entry) {}

    private Plan(int layers, long leftOutXattrs) {
        this.leftOutXattrs = leftOutXattrs;
        for (int i = 0; i < layers; i++) {
            files.add(new ArrayList<>());
        }
    }

    static Plan of(Node top, int layers, long leftOutXattrs) {
        Plan plan = new Plan(layers, leftOutXattrs);
        plan.walk(top);
        plan.files.forEach(
                layer -> layer.sort(Comparator.comparingInt(node -> node.inode().index())));
        return plan;
    }

    private void walk(Node node) {
        Inode inode = node.inode();
        if (inode.isDirectory()) {
            directories++;
            head.add(node);
            node.sortedChildren().forEach(this::walk);
        } else if (inode.attributes().isDevice()) {
            leftOutCount++;
            if (leftOut.size() < ImportProtocol.MAX_NAMED) {
                leftOut.add(ByteNames.shown(node.path()));
            }
        } else {
            Node first = firsts.putIfAbsent(inode, node);
            if (first == null) {
                addFirst(node, inode);
            } else {
                links.add(new Link(node, first));
            }
        }
    }

    private void addFirst(Node node, Inode inode) {
        if (inode.kind() == Kind.FILE) {
            fileCount++;
            fileBytes += inode.attributes().size();
            files.get(inode.layer()).add(node);
        } else {
            symlinks += inode.kind() == Kind.SYMLINK ? 1 : 0;
            fifos += inode.kind() == Kind.FIFO ? 1 : 0;
            head.add(node);
        }
    }

    /** Writes directories, symbolic links and FIFOs. */
    public void writeHead(TarWriter out) throws IOException {
        for (Node node : head) {
            String path = node.path();
            out.begin(node.inode().attributes().withPath(path.isEmpty() ? TOP : path));
        }
    }

    /** The files whose content is in the layer, in the order of its entries. */
    public Iterable<PlannedFile> files(int layer) {
        return () -> files.get(layer).stream()
                .map(node -> new PlannedFile(
                        node.inode().index(), node.inode().attributes().withPath(node.path())))
                .iterator();
    }

    public boolean hasFiles(int layer) {
        return !files.get(layer).isEmpty();
    }

    /** Writes further names of files. */
    public void writeTail(TarWriter out) throws IOException {
        for (Link link : links) {
            out.begin(link.first()
                    .inode()
                    .attributes()
                    .hardLink(link.name().path(), link.first().path()));
        }
    }

    public long directories() {
        return directories;
    }

    public long symlinks() {
        return symlinks;
    }

    public long fifos() {
        return fifos;
    }

    /** Regular files, each once. */
    public long fileCount() {
        return fileCount;
    }

    public long fileBytes() {
        return fileBytes;
    }

    public long hardLinks() {
        return links.size();
    }

    /** Device nodes that are not written. */
    public long leftOutCount() {
        return leftOutCount;
    }

    /** Paths of the first of them. */
    public List<String> leftOut() {
        return List.copyOf(leftOut);
    }

    /** Extended attributes that are not written. */
    public long leftOutXattrs() {
        return leftOutXattrs;
    }
}
