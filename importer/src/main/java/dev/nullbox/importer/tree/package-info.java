/**
 * Merge of layers to the tree of a root, from bottom to top (OCI image specification, "Image Layer Filesystem
 * Changeset"). {@code MergedTree} holds names and attributes, and for each file the layer and the entry that have its
 * content; {@code Plan} orders them for writing. Invariant: no path leads out of the tree or through a symbolic link.
 */
@NullMarked
package dev.nullbox.importer.tree;

import org.jspecify.annotations.NullMarked;
