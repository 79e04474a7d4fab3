/**
 * Disks of agents: raw ext4 images on the data partition, and the admission of their sizes.
 *
 * <p>{@code DiskStore} makes, grows and removes them; {@code Promises} admits each at its full size before its file
 * exists, within the space that {@code DataSpace} has left after a reserve for the services; {@code Mke2fs} makes file
 * systems, and {@code Templates} clones fresh layers. The disks go to {@code jail}, whose VMM serves them to the guest.
 *
 * <p>Invariants: a disk that a guest has written to is never mounted or parsed on the host (threat: a hostile file
 * system); a power cut leaves a disk complete or absent; sizes are enforced by a project quota where the file system
 * has them.
 */
@NullMarked
package dev.nullbox.cage.disk;

import org.jspecify.annotations.NullMarked;
