/**
 * Process of one agent in its sandbox.
 *
 * <p>{@code JailMain}, the first stage, reads {@code JailSpec} from the daemon, enters namespaces, mounts, drops privileges,
 * installs the seccomp filter and executes {@code VmMain}, the second stage, which reads {@code VmSpec}, checks the sandbox
 * from inside with {@code SandboxCheck} and gives the process to libkrun. A step that fails ends the process. The microVM
 * must not begin before the sandbox was read back whole, and no secret may stand in an argument, a name or in JSON.
 */
@NullMarked
package dev.nullbox.cage.jail;

import org.jspecify.annotations.NullMarked;
