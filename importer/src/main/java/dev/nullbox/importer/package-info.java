/**
 * Importer: one archive becomes one EROFS image of an agent's root, in a process that can do nothing else.
 *
 * <p>Cage starts {@code importer} as root, as the first process of a PID namespace, and writes one request, in the form
 * of {@link dev.nullbox.protocol.importer.ImportProtocol}. The first stage enters the sandbox ({@code jail}) and
 * executes the second, which reads the sandbox back, starts mkfs.erofs, gives up the system calls that only a start
 * needs, and then reads the archive for the first time. It prints progress, and as its last line the result or one
 * error.
 *
 * <p>The archive's kind is recognised by its content ({@code image}). Its layers are read twice as streams: once to
 * check every digest and to learn what the merged tree will be ({@code tree}), once to pass the surviving files on, as
 * one tar archive without duplicates and whiteouts, to mkfs.erofs. Nothing is unpacked to a directory, and the
 * archive's tar is never given to mkfs.erofs. A name is bytes: a string of ISO 8859-1, one character a byte.
 *
 * <p>A failed import leaves no image. Cage removes the work directory with all its content.
 */
@NullMarked
package dev.nullbox.importer;

import org.jspecify.annotations.NullMarked;
