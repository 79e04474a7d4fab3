/** What agents use of the machine: processor, memory, disks, network, as the kernel counts it outside of their guests. */
@NullMarked
package dev.nullbox.cage.stats;

import org.jspecify.annotations.NullMarked;
