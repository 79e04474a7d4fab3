/** Commands for shared memory. */
@NullMarked
package dev.nullbox.nullctl.command.memory;

import org.jspecify.annotations.NullMarked;
