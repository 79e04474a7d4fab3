/** End of the machine: the orderly shutdown and the emergency one. */
@NullMarked
package dev.nullbox.nulld.shutdown;

import org.jspecify.annotations.NullMarked;
