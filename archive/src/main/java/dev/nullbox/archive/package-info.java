/** Names of files as bytes, and the error that an archive may end with. */
@NullMarked
package dev.nullbox.archive;

import org.jspecify.annotations.NullMarked;
