/** C libraries of the process: an interface for each, its results, and the factory that gives them out. */
@NullMarked
package dev.nullbox.natives;

import org.jspecify.annotations.NullMarked;
