/**
 * Tree of a root as its layers make it, from bottom to top (OCI image specification, "Image Layer Filesystem Changeset").
 * It holds names and attributes, and for each file the layer and the entry that have its content. No path leads out of it or
 * through a symbolic link.
 */
@NullMarked
package dev.nullbox.importer.tree;

import org.jspecify.annotations.NullMarked;
