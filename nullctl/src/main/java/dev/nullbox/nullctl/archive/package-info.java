/**
 * Archives on their way to the appliance: {@link dev.nullbox.nullctl.archive.ArchiveSource} opens what an operator
 * names, a file as it is or a directory as a tar archive that is made while it is read ({@link
 * dev.nullbox.nullctl.archive.DirectoryTar}). Names are bytes, as Linux has them, not text. The bytes go to {@code
 * client} as a {@code ByteSource}; the appliance checks all of them again.
 */
@NullMarked
package dev.nullbox.nullctl.archive;

import org.jspecify.annotations.NullMarked;
