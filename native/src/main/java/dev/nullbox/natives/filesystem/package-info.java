/**
 * Space of file systems: free and total space ({@link dev.nullbox.natives.filesystem.FilesystemStat}), quotas of
 * directory trees ({@link dev.nullbox.natives.filesystem.ProjectQuota}), copies that share their blocks ({@link
 * dev.nullbox.natives.filesystem.Reflink}). Used by cage to admit and bound agents' disks. A quota is read back after
 * it was set.
 */
@NullMarked
package dev.nullbox.natives.filesystem;

import org.jspecify.annotations.NullMarked;
