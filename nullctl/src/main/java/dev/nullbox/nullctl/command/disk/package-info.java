/**
 * Commands for the machine's disks ({@code nullctl disk}): which there are and what uses them, a copy of the boot medium
 * that boots by itself, a data partition. Each is a method of {@link dev.nullbox.protocol.api.NulldContract}. Whatever
 * overwrites a disk asks for {@code --yes}, after it has said what is on the disk.
 */
@NullMarked
package dev.nullbox.nullctl.command.disk;

import org.jspecify.annotations.NullMarked;
