/**
 * The process of one agent, walled in: namespaces, control group, privileges and seccomp filter, the two stages that put
 * them up and read them back, and the microVM that the second becomes.
 */
@NullMarked
package dev.nullbox.cage.jail;

import org.jspecify.annotations.NullMarked;
