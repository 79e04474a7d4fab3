/**
 * Importer: one archive becomes one EROFS image of an agent's root, in a process that can do nothing else.
 *
 * <p>Cage starts {@code importer} as root, as the first process of a PID namespace, and writes one request, as {@link
 * dev.nullbox.protocol.importer.ImportProtocol} has it. The first stage puts up the walls ({@code jail}) and executes the
 * second, which reads them back, starts mkfs.erofs beside itself, gives up all that only a start needs, and then reads the
 * archive for the first time. It prints progress, and as its last line the result or one error.
 *
 * <p>The archive's kind is told by its content ({@code image}). Its layers are read twice as streams: once to check every
 * digest and to learn what the merged tree will be ({@code tree}), once to pass the surviving files on, as one tar archive
 * without duplicates and whiteouts, to mkfs.erofs. Nothing is unpacked to a directory, and the archive's tar is never given
 * to mkfs.erofs. A name is bytes: a string of ISO 8859-1, one character a byte.
 *
 * <p>What fails leaves no image behind. Cage removes the work directory, whatever lies in it.
 */
@NullMarked
package dev.nullbox.importer;

import org.jspecify.annotations.NullMarked;
