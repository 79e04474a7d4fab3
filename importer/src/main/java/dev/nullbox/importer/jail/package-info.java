/**
 * Sandbox of an import. {@code FirstStage}, as root, enters the sandbox and executes the importer anew; {@code
 * SandboxCheck} reads the sandbox back there, before the archive is opened. {@code ImportPolicy} has the system calls
 * with their reasons, {@code JailRoot} the mount namespace, {@code JailLandlock} the access to files. Invariant: no
 * host file but the programs, the archive and the work directory can be reached; no network, no other process, no
 * capability.
 */
@NullMarked
package dev.nullbox.importer.jail;

import org.jspecify.annotations.NullMarked;
