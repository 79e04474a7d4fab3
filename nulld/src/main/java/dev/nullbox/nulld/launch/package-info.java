/**
 * Program that becomes a service: a cgroup, limits, a user, capabilities, and then execve(2).
 *
 * <p>{@code LaunchPlan} is its command line, written by the spawner and read by {@code Launch}, which drops privileges,
 * reads from the kernel that they are dropped, and executes the program. A step that fails ends it: no program ever runs
 * with more than its plan says.
 */
@NullMarked
package dev.nullbox.nulld.launch;

import org.jspecify.annotations.NullMarked;
