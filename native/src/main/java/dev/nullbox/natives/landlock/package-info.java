/**
 * Landlock (landlock(7)): {@link dev.nullbox.natives.landlock.LandlockRuleset} restricts which files a thread may open,
 * which ports it may use and which processes it may signal, whatever its user may. Nothing is left out for an older
 * kernel: a missing part is a failure, which the caller must treat as such.
 */
@NullMarked
package dev.nullbox.natives.landlock;

import org.jspecify.annotations.NullMarked;
