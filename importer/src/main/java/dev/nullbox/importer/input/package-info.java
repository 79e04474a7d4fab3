/**
 * The spooled archive as streams: bounded, decompressed, counted and digested ({@code Spool}, {@code Compression},
 * {@code MeteredStream}, {@code Meter}). Threat: an archive
 * that decompresses to more than the disk or the memory holds; {@code Meter} has every bound.
 */
@NullMarked
package dev.nullbox.importer.input;

import org.jspecify.annotations.NullMarked;
