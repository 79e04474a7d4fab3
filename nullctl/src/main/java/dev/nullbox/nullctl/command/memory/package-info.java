/**
 * Commands for shared memory ({@code nullctl memory}): values, history, quarantines, backup, export. Each is a class or
 * method for one method of {@link dev.nullbox.protocol.api.MemoryContract}. Values are untrusted text of agents: on a
 * terminal they are escaped, and {@code --not-influenced-by} excludes those that a source influenced.
 */
@NullMarked
package dev.nullbox.nullctl.command.memory;

import org.jspecify.annotations.NullMarked;
