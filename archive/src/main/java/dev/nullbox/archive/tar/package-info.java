/**
 * Tar archives: ustar, pax and GNU's own form (tar(5), POSIX.1-2017 pax). {@code TarReader} keeps bytes as they are, so
 * that names that are no UTF-8 and binary extended attributes survive, and bounds everything that an archive can make
 * large; {@code TarWriter} writes the one form that mkfs.erofs reads. Threat: a hostile archive, with lengths that
 * overflow, sparse files that overlap, or headers without end.
 */
@NullMarked
package dev.nullbox.archive.tar;

import org.jspecify.annotations.NullMarked;
