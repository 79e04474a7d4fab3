package dev.nullbox.importer.tree;

import dev.nullbox.archive.tar.TarEntry;

/**
 * Inode of the merged tree: a file of any kind, with any number of names.
 *
 * @param attributes those of its entry, without its path
 * @param layer from 0, the bottom
 * @param index of its entry within the layer, from 0; meaningless for a directory that no entry describes
 */
record Inode(TarEntry attributes, int layer, int index) {
    TarEntry.Kind kind() {
        return attributes.kind();
    }

    boolean isDirectory() {
        return kind() == TarEntry.Kind.DIRECTORY;
    }

    /** Identity: two files are different even with the same attributes. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
