/** Files of a file system as tar archives, and archives as files: names and links as bytes, whatever this process's locale is. */
@NullMarked
package dev.nullbox.archive.files;

import org.jspecify.annotations.NullMarked;
