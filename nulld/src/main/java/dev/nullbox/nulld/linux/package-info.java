/** Kernel interfaces of PID 1: mounts, kernel settings, block devices, accounts, cgroups, the clock, and the tables of them. */
@NullMarked
package dev.nullbox.nulld.linux;

import org.jspecify.annotations.NullMarked;
