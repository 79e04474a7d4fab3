/** Methods, fields, identifiers and error reasons that two processes share. */
@NullMarked
package dev.nullbox.protocol;

import org.jspecify.annotations.NullMarked;
