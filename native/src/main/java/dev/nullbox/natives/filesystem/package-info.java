/**
 * Space of file systems: how much there is ({@link dev.nullbox.natives.filesystem.FilesystemStat}), quotas of directory
 * trees ({@link dev.nullbox.natives.filesystem.ProjectQuota}), copies that share their blocks ({@link
 * dev.nullbox.natives.filesystem.Reflink}).
 */
@NullMarked
package dev.nullbox.natives.filesystem;

import org.jspecify.annotations.NullMarked;
