/** The spooled archive as streams: bounded, decompressed, counted, held against digests; and the errors that an import may end with. */
@NullMarked
package dev.nullbox.importer.input;

import org.jspecify.annotations.NullMarked;
