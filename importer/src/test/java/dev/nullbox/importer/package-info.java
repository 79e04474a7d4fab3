/** Tests of imports, with archives made by hand and by other programs. */
@NullMarked
package dev.nullbox.importer;

import org.jspecify.annotations.NullMarked;
