/**
 * Sandbox of an import. {@code FirstStage}, as root, puts up the walls round itself and executes the importer anew;
 * {@code SandboxCheck} reads them back there, before the archive is opened. No host file but the programs, the archive and the work
 * directory is in reach; no network, no other process, no capability.
 */
@NullMarked
package dev.nullbox.importer.jail;

import org.jspecify.annotations.NullMarked;
