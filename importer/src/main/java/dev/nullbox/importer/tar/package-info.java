/**
 * Tar archives: ustar, pax and GNU's own form (tar(5), POSIX.1-2017 pax). The reader takes bytes as they are, so that names
 * that are no UTF-8 and binary extended attributes come through, and bounds all that an archive can make large; the writer
 * makes the one form that mkfs.erofs is given.
 */
@NullMarked
package dev.nullbox.importer.tar;

import org.jspecify.annotations.NullMarked;
