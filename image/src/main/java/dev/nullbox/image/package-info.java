/**
 * The one executable of all programs ({@link dev.nullbox.image.Multicall}), and the root file system around it, which
 * image/build.sh makes. Here alone all modules meet: {@code ArchitectureTest} checks which may depend on which.
 */
@NullMarked
package dev.nullbox.image;

import org.jspecify.annotations.NullMarked;
