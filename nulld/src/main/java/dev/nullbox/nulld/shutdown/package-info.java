/**
 * End of the machine: {@code Shutdown} in order, {@code Emergency} after a failure, {@code Power} as its kind.
 *
 * <p>Both kill what is left, sync within a bound and end in reboot(2). Invariant: no step throws or waits without a
 * bound, be it for a console or a disk.
 */
@NullMarked
package dev.nullbox.nulld.shutdown;

import org.jspecify.annotations.NullMarked;
