/**
 * The contract between cage and the importer, a process that turns one archive into one image of an agent's root: one
 * request as a line of JSON on its standard input; progress and the outcome as lines of JSON on its standard output
 * ({@link dev.nullbox.protocol.importer.ImportProtocol}). Threat: the archive is hostile and may take over the
 * importer, so that cage reads its output with the same bounds as any hostile text.
 */
@NullMarked
package dev.nullbox.protocol.importer;

import org.jspecify.annotations.NullMarked;
