package dev.nullbox.cage.disk;

import java.nio.file.Path;
import java.util.Optional;

/**
 * Disks of one run: files on the host, each an ext4 file system of the agent's.
 *
 * @param layer the upper half of its root; absent for a read-only root, and where state is in memory, when the guest has a
 *     tmpfs of its own
 * @param volume disk of its kept writable paths; absent without such paths
 * @param read disk of its read-only paths; absent without such paths
 */
public record RunDisks(Optional<Path> layer, Optional<Path> volume, Optional<Path> read) {}
