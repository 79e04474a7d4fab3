/**
 * Process of one agent in its sandbox.
 *
 * <p>{@code JailMain}, the first stage, reads {@code JailSpec} from the daemon, enters namespaces, mounts, drops
 * privileges, installs the seccomp filter and executes {@code VmMain}, the second stage, which reads {@code VmSpec},
 * checks the sandbox from inside with {@code SandboxCheck} and gives the process to libkrun ({@code KrunVm}). {@code
 * Spawner} starts the first stage, {@code Cgroups} limits it.
 *
 * <p>Threat: a guest that takes over its VMM; libkrun says to treat the two as one. Invariants: a step that fails ends
 * the process; the microVM does not begin before the whole sandbox was read back from the kernel; no secret stands in
 * an argument, a name or in JSON.
 */
@NullMarked
package dev.nullbox.cage.jail;

import org.jspecify.annotations.NullMarked;
