/** Landlock (landlock(7)): what a thread may still open, listen on, connect to and signal, whatever its user may. */
@NullMarked
package dev.nullbox.natives.landlock;

import org.jspecify.annotations.NullMarked;
