/**
 * The contract between cage and the importer, a process that turns one archive into one image of an agent's root: a request
 * as a line of JSON on its standard input, progress and the outcome as lines of JSON on its standard output.
 */
@NullMarked
package dev.nullbox.protocol.importer;

import org.jspecify.annotations.NullMarked;
