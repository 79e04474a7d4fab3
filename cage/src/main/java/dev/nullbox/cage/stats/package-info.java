/**
 * Agents' use of the machine: processor, memory, disks and network, as the kernel counts them outside of the guests.
 * {@code UsageReader} reads cgroups, interfaces and disks; {@code StatsMethods} answers {@code agent.stats}; {@code
 * OpenMetrics} renders it for monitoring. Invariant: no figure comes from a guest, which could report anything.
 */
@NullMarked
package dev.nullbox.cage.stats;

import org.jspecify.annotations.NullMarked;
